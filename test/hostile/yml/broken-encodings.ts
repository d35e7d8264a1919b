import iconv from 'iconv-lite'
import { encoded } from './bytes.ts'
import type { HostileCase, Refused } from './cases.ts'
import { feed, offer } from './feed.ts'

const joined = (...parts: (string | Uint8Array)[]) => [
  Buffer.concat(parts.map((part) => Buffer.from(part as string))),
]
const [before, after] = feed(offer('<vendor>|</vendor>')).split('|') as [string, string]
/** Its vendor is what is given as bytes; everything else is UTF-8. */
const withVendor = (...bytes: number[]) => joined(before, Uint8Array.from(bytes), after)
const latin = (text: string) => text.replace('Чайник', 'Kettle').replace('Посуда', 'Kitchen')

const broken = (name: string, bytes: () => Uint8Array[], offset?: number): HostileCase => {
  const expected: Refused = { code: 'invalid-encoding' }
  if (offset !== undefined) expected.offset = offset
  return { name, bytes, expected }
}

/** Bytes that are not what they are declared as: refused with their offset, or understood; never replaced. */
export function brokenEncodings(): HostileCase[] {
  const offset = Buffer.byteLength(before)
  const cyrillic = iconv.encode('Сигма', 'win1251')
  return [
    broken('windows-1251 in the midst of UTF-8', () => withVendor(...cyrillic), offset),
    broken('an overlong slash', () => withVendor(0xc0, 0xaf), offset),
    broken('an overlong NUL', () => withVendor(0xc0, 0x80), offset),
    broken('half a surrogate pair in UTF-8', () => withVendor(0xed, 0xa0, 0x80), offset),
    broken('a character beyond Unicode', () => withVendor(0xf4, 0x90, 0x80, 0x80), offset),
    broken('a lone continuation', () => withVendor(0x41, 0x80), offset + 1),
    broken('the byte FF', () => withVendor(0xff), offset),
    broken('windows-1251 behind a mark of UTF-8', () =>
      joined('\uFEFF', latin(before), cyrillic, latin(after)),
    ),
    broken('half a surrogate pair in UTF-16', () => {
      const bytes = iconv.encode(`\uFEFF${feed(offer('<vendor>|</vendor>'), '')}`, 'utf-16le')
      bytes[bytes.indexOf(iconv.encode('|', 'utf-16le')) + 1] = 0xd8
      return [bytes]
    }),
    broken('UTF-8 that is cut in its last character', () => joined(before, Uint8Array.of(0xd0))),
    broken('windows-1251 far behind UTF-8', () =>
      joined(before, 'a'.repeat(50_000), `</vendor>${' '.repeat(50_000)}<model>`, cyrillic, after),
    ),
    {
      name: 'windows-1251 far behind ASCII, declared as UTF-8',
      bytes: () =>
        joined(
          latin(before),
          `</vendor>${' '.repeat(100_000)}<model>`,
          iconv.encode('Сигма', 'win1251'),
          latin(after).replace('vendor', 'model'),
        ),
      expected: { rows: 1, errors: [] },
    },
    {
      name: 'UTF-7',
      bytes: () => encoded(feed('+ADw-offer+AD4-', '<?xml version="1.0" encoding="UTF-7"?>\n')),
      expected: { code: 'unsupported-encoding' },
    },
    {
      name: 'an encoding named __proto__',
      bytes: () => encoded(feed(offer(), '<?xml version="1.0" encoding="__proto__"?>\n')),
      expected: { code: 'unsupported-encoding' },
    },
    {
      name: 'UTF-32',
      bytes: () => encoded(`\uFEFF${feed(offer())}`, 'utf-32le'),
      expected: { code: 'unsupported-encoding' },
    },
    {
      name: 'EBCDIC',
      bytes: () => [Buffer.from('4c6fa7949340a58599a289969576', 'hex')],
      expected: { code: 'not-a-table' },
    },
  ]
}
