import fc from 'fast-check'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { formatApiKey, ID_BYTES, parseApiKey, SECRET_BYTES } from '../../domain/api-key.ts'

const idBytes = fc.uint8Array({ minLength: ID_BYTES, maxLength: ID_BYTES })
const secretBytes = fc.uint8Array({ minLength: SECRET_BYTES, maxLength: SECRET_BYTES })

describe('an API key', () => {
  it('is read back as it was made, whatever its bytes', () => {
    fc.assert(
      fc.property(idBytes, secretBytes, (id, secret) => {
        const { key, ...parts } = formatApiKey('live', id, secret)
        expect(key).toMatch(/^mk_live_[0-9A-Za-z]{13}_[0-9A-Za-z]{39}$/)
        expect(parseApiKey(key)).toEqual(parts)
      }),
    )
  })

  it('ends in the CRC-32 of what is before', () => {
    const { key } = formatApiKey('test', new Uint8Array(ID_BYTES), new Uint8Array(SECRET_BYTES))
    const body = key.slice(0, -6)
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    const checksum = [...key.slice(-6)].reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0)
    expect(checksum).toBe(crc32(body))
  })

  it('is not taken for one with any character changed', () => {
    const { key } = formatApiKey('live', new Uint8Array(ID_BYTES), new Uint8Array(SECRET_BYTES))
    fc.assert(
      fc.property(fc.nat(key.length - 1), fc.constantFrom(...'0aZ_-'), (at, character) => {
        const typo = key.slice(0, at) + character + key.slice(at + 1)
        if (typo !== key) expect(parseApiKey(typo)).toBeUndefined()
      }),
    )
  })

  it('keeps 190 bits secret and more', () => {
    expect(SECRET_BYTES * 8).toBeGreaterThanOrEqual(190)
  })
})
