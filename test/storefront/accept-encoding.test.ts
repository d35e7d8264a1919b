import { expect, it } from 'vitest'
import { acceptedEncoding } from '../../domain/storefront/accept-encoding.ts'

const offered = ['br', 'gzip', 'identity'] as const

it.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['br;q=0.5, gzip', 'gzip'],
  ['GZIP ; q=1.0', 'gzip'],
  ['deflate', 'identity'],
  ['*', 'br'],
  ['*;q=0.1, br;q=0', 'gzip'],
  ['gzip;q=0', 'identity'],
  ['identity, gzip;q=0.5', 'identity'],
  ['gzip;q=nonsense', 'identity'],
])('Accept-Encoding «%s» is answered with %s', (header, encoding) => {
  expect(acceptedEncoding(header, offered)).toBe(encoding)
})
