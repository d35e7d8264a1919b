import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import type { Encoding } from '../../domain/integrations/encoding.ts'
import { PEEK_BYTES } from '../../domain/integrations/sniff.ts'
import { decode } from '../../formats/decode.ts'
import { MalformedFile } from '../../formats/format.ts'
import { peek } from '../../formats/peek.ts'
import { inPieces, piecesOf } from './pieces.ts'

async function decoded(chunks: Iterable<Uint8Array>, encoding: Encoding) {
  let text = ''
  let found = encoding
  let read = 0
  for await (const piece of decode(inPieces(chunks), encoding)) {
    text += piece.text
    found = piece.encoding
    read = piece.bytesRead
  }
  return { text, encoding: found, read }
}

const problem = async (chunks: Iterable<Uint8Array>, encoding: Encoding) => {
  const error: unknown = await decoded(chunks, encoding).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof MalformedFile)) throw new Error(`Not refused: ${String(error)}`)
  return error.problem
}

const encodings = [
  ['utf-8', 'utf-8'],
  ['windows-1251', 'win1251'],
  ['koi8-r', 'koi8-r'],
  ['ibm866', 'cp866'],
  ['iso-8859-5', 'iso-8859-5'],
  ['utf-16le', 'utf-16le'],
  ['utf-16be', 'utf-16be'],
] as const

describe('bytes become text', () => {
  it.each(encodings)('of %s, however they are cut', async (encoding, name) => {
    const russian = fc.string({ unit: fc.constantFrom(...'абвгджяЯЁё ,.<>/12az') })
    await fc.assert(
      fc.asyncProperty(russian, fc.array(fc.nat(40)), async (text, cuts) => {
        const bytes = iconv.encode(text, name)
        const { text: back, read } = await decoded(piecesOf(bytes, cuts), encoding)
        expect(back).toBe(iconv.decode(bytes, name, { stripBOM: false }))
        expect(read).toBe(bytes.length)
      }),
      { numRuns: 50 },
    )
  })

  it.each(['utf-8', 'utf-16le', 'utf-16be'] as const)(
    'of all Unicode in %s, however they are cut',
    async (encoding) => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), fc.array(fc.nat(9)), async (text, cuts) => {
          const whole = text.toWellFormed()
          const bytes = iconv.encode(whole, encoding, { addBOM: false })
          expect((await decoded(piecesOf(bytes, cuts), encoding)).text).toBe(whole)
        }),
        { numRuns: 50 },
      )
    },
  )

  it('of windows-1252 with its dashes', async () => {
    expect((await decoded([Buffer.of(0x61, 0x97, 0x80)], 'windows-1252')).text).toBe('a—€')
  })

  it('in pieces of 64 kB at most', async () => {
    const lengths: number[] = []
    for await (const { text } of decode(inPieces([Buffer.alloc(200_000, 'a')]), 'utf-8'))
      lengths.push(text.length)
    expect(lengths).toEqual([65_536, 65_536, 65_536, 3_392])
  })
})

describe('bytes that are not UTF-8', () => {
  const ascii = 'price '.repeat(3)

  it('are windows-1251 when all before was ASCII, however they are cut', async () => {
    const bytes = Buffer.concat([Buffer.from(ascii), iconv.encode('цена', 'win1251')])
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9)), async (cuts) => {
        expect(await decoded(piecesOf(bytes, cuts), 'utf-8')).toEqual({
          ...{ text: `${ascii}цена`, encoding: 'windows-1251', read: bytes.length },
        })
      }),
    )
  })

  it('are refused by their offset when UTF-8 was before, however they are cut', async () => {
    const before = Buffer.from(`${ascii}цена`)
    const bytes = Buffer.concat([before, iconv.encode('цена', 'win1251')])
    const params = { encoding: 'utf-8', offset: before.length }
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9)), async (cuts) => {
        const found = await problem(piecesOf(bytes, cuts), 'utf-8')
        expect(found).toEqual({ code: 'invalid-encoding', params })
      }),
    )
  })

  it.each([
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['what is beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a character that is cut off', [0xd0]],
  ])('are refused: %s', async (_, bytes) => {
    expect(await problem([Buffer.from('я'), Buffer.from(bytes)], 'utf-8')).toEqual({
      ...{ code: 'invalid-encoding', params: { encoding: 'utf-8', offset: 2 } },
    })
  })
})

describe('bytes that are not UTF-16', () => {
  it.each([
    ['half a pair at the end', '3d d8', 0],
    ['the second half of a pair', '61 00 00 dc', 2],
    ['two first halves', '3d d8 3d d8', 0],
    ['half a unit', '61 00 62', 2],
  ])('are refused: %s', async (_, digits, offset) => {
    const bytes = Buffer.from(digits.replaceAll(' ', ''), 'hex')
    expect(await problem([bytes], 'utf-16le')).toEqual({
      ...{ code: 'invalid-encoding', params: { encoding: 'utf-16le', offset } },
    })
  })
})

describe('a look at the beginning', () => {
  it('takes nothing away, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 60 }),
        fc.array(fc.nat(9)),
        async (bytes, cuts) => {
          const peeked = await peek(inPieces(piecesOf(bytes, cuts)))
          expect(Buffer.compare(peeked.head, bytes)).toBe(0)
          expect(peeked.isWhole).toBe(true)
          const whole: Uint8Array[] = []
          for await (const chunk of peeked.bytes) whole.push(chunk)
          expect(Buffer.compare(Buffer.concat(whole), bytes)).toBe(0)
        },
      ),
    )
  })

  it('reads little of a long file, and closes it when the rest is not wanted', async () => {
    let given = 0
    let closed = false
    const endless = (async function* () {
      try {
        for (;;) {
          given += 1
          yield Buffer.alloc(10_000)
        }
      } finally {
        closed = true
      }
    })()
    const { head, isWhole, close } = await peek(endless)
    expect([head.length, isWhole, given]).toEqual([PEEK_BYTES, false, 7])
    await close()
    expect(closed).toBe(true)
  })
})
