import { describe, expect, it } from 'vitest'
import { readConfig } from '../config.ts'

const stores = {
  POSTGRES_URL: 'postgres://owner@db/yarmarka',
  REDIS_URL: 'redis://cache',
  ELASTICSEARCH_URL: 'http://search',
  TEMPORAL_ADDRESS: 'temporal:7233',
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: 'secret',
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
