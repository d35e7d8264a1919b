import { describe, expect, it } from 'vitest'
import { readConfig } from '../config.ts'

const stores = {
  POSTGRES_URL: 'postgres://owner@db/yarmarka',
  REDIS_URL: 'redis://cache',
  ELASTICSEARCH_URL: 'http://search',
  TEMPORAL_ADDRESS: 'temporal:7233',
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: 'secret',
  SECRETS_KEY: Buffer.alloc(32, 1).toString('base64'),
}
const networksOf = (list?: string) =>
  readConfig('worker', { ...stores, ALLOWED_PRIVATE_NETWORKS: list }).ALLOWED_PRIVATE_NETWORKS

describe('ALLOWED_PRIVATE_NETWORKS', () => {
  it('is none unless it is given', () => {
    expect(networksOf()).toEqual([])
    expect(networksOf('')).toEqual([])
  })

  it('is a list of networks of both kinds', () => {
    expect(networksOf('127.0.0.1/32, 10.1.0.0/16,fd12::/16')).toEqual([
      ...['127.0.0.1/32', '10.1.0.0/16', 'fd12::/16'],
    ])
  })

  it('has every mistake named', () => {
    const wrong = ['10.0.0.1', '10.0.0.1/8', '10.0.0.0/33', 'fd12::1/16', 'localhost', '*']
    const reading = () => networksOf(['10.0.0.0/8', ...wrong].join(','))
    expect(reading).toThrow(/6 mistake\(s\)/)
    for (const network of wrong)
      expect(reading).toThrow(`ALLOWED_PRIVATE_NETWORKS: "${network}" is not a network`)
    expect(reading).not.toThrow('"10.0.0.0/8"')
  })
})

describe('SECRETS_KEY', () => {
  const keysOf = (list?: string) =>
    readConfig('worker', { ...stores, SECRETS_KEY: list }).SECRETS_KEY
  const [newer, older] = [2, 1].map((byte) => Buffer.alloc(32, byte).toString('base64'))

  it('is one key, or the newest before those that it replaces', () => {
    expect(keysOf(newer)).toEqual([newer])
    expect(keysOf(`${newer}, ${older}`)).toEqual([newer, older])
  })

  it('has no default, and is 32 bytes', () => {
    expect(() => keysOf()).toThrow('SECRETS_KEY is missing')
    for (const wrong of ['secret', Buffer.alloc(31).toString('base64'), `${newer},`])
      expect(() => keysOf(wrong), wrong).toThrow('must be 32 bytes in base64')
  })
})
