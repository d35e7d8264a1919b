import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checksum } from '../../domain/storefront/checksum.ts'
import { decodeCursor, encodeCursor } from '../../domain/storefront/cursor.ts'

const position = fc.array(
  fc.oneof(
    fc.stringMatching(/^\d{1,18}$/),
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
  { minLength: 1, maxLength: 3 },
)

describe('a cursor', () => {
  it('leads back to its position', () => {
    fc.assert(
      fc.property(fc.string(), position, (question, values) => {
        const cursor = encodeCursor(question, values)
        expect(cursor).toMatch(/^[\w-]+$/)
        expect(JSON.stringify(decodeCursor(question, cursor))).toBe(JSON.stringify(values))
      }),
    )
  })

  it('belongs to one question', () => {
    const cursor = encodeCursor('listing popular msk:-:-', ['5', '17'])
    expect(decodeCursor('listing new msk:-:-', cursor)).toBeUndefined()
    expect(decodeCursor('listing popular spb:-:-', cursor)).toBeUndefined()
  })

  it('that somebody made up leads nowhere', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(decodeCursor('listing popular -:-:-', text)).toBeUndefined()
      }),
    )
  })

  it('that was forged with care leads nowhere when it holds no position', () => {
    const text = '[1,'
    const cursor = btoa(`${checksum('listing', text)}${text}`).replace(/=+$/, '')
    expect(decodeCursor('listing', cursor)).toBeUndefined()
  })

  it('with any character changed leads nowhere, or where it led before', () => {
    const cursor = encodeCursor('listing popular -:-:-', ['129900', '4711'])
    fc.assert(
      fc.property(fc.nat(cursor.length - 1), fc.constantFrom(...'0aZ_-'), (at, character) => {
        const typo = cursor.slice(0, at) + character + cursor.slice(at + 1)
        const read = decodeCursor('listing popular -:-:-', typo)
        if (read !== undefined) expect(read).toEqual(['129900', '4711'])
      }),
    )
  })
})
