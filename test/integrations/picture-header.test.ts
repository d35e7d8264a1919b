import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPictureHeader } from '../../domain/integrations/picture-header.ts'
import * as sample from './picture-samples.ts'

const kinds = {
  png: ['image/png', sample.png],
  gif: ['image/gif', sample.gif],
  jpeg: ['image/jpeg', sample.jpeg],
  'progressive jpeg': [
    'image/jpeg',
    (width: number, height: number) => sample.jpeg(width, height, { frame: 0xc2 }),
  ],
  'jpeg with a large profile': [
    'image/jpeg',
    (width: number, height: number) => sample.jpeg(width, height, { profile: 60_000 }),
  ],
  'lossy webp': ['image/webp', sample.lossyWebp],
  'lossless webp': ['image/webp', sample.losslessWebp],
  'extended webp': ['image/webp', sample.extendedWebp],
} as const

const real = {
  png: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  gif: 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7',
  webp: 'UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0JaQAA3AA/vuUAAA=',
  'lossless webp': 'UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==',
}

describe('a picture is known by its bytes', () => {
  it.each(Object.entries(kinds))('%s, with its size', (_name, [contentType, make]) => {
    expect(readPictureHeader(make(640, 480))).toEqual({ contentType, width: 640, height: 480 })
    expect(readPictureHeader(make(16_383, 1))).toEqual({ contentType, width: 16_383, height: 1 })
  })

  it.each(Object.entries(real))('a real %s of one pixel', (_name, base64) => {
    const header = readPictureHeader(Buffer.from(base64, 'base64'))
    expect(header).toMatchObject({ width: 1, height: 1 })
  })
})

describe('no picture is', () => {
  it.each([
    ['nothing', ''],
    ['a page', '<!doctype html><html><script>alert(1)</script></html>'],
    ['a drawing that could run', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['a program', 'MZ\x90\0\x03'],
    ['a file that only begins like one', '\x89PNG\r\n\x1a\n'],
    ['a bitmap', `BM${'\0'.repeat(60)}`],
  ])('%s', (_name, text) => {
    expect(readPictureHeader(Buffer.from(text, 'latin1'))).toBeUndefined()
  })

  it('one without a size', () => {
    for (const [, make] of [kinds.png, kinds.gif, kinds.jpeg])
      expect(readPictureHeader(make(0, 480))).toBeUndefined()
  })

  it('one that is cut off, or filled with anything: nothing is read beyond its end', () => {
    const makes = Object.values(kinds).map(([, make]) => make)
    fc.assert(
      fc.property(
        fc.constantFrom(...makes),
        fc.nat({ max: 60 }),
        fc.uint8Array({ maxLength: 64 }),
        (make, length, noise) => {
          const bytes = Buffer.concat([make(640, 480).subarray(0, length), noise])
          expect(() => readPictureHeader(bytes)).not.toThrow()
        },
      ),
    )
  })
})
