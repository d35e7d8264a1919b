import type { RowErrorCode } from '../../../domain/integrations/row.ts'
import { encoded } from './bytes.ts'
import type { HostileCase } from './cases.ts'
import { feed, offer } from './feed.ts'

const rejected = (name: string, code: RowErrorCode, content: string): HostileCase => ({
  name,
  bytes: () => encoded(feed(content)),
  expected: { rows: 0, errors: [code] },
})
const warned = (name: string, content: string, ...errors: RowErrorCode[]): HostileCase => ({
  name,
  bytes: () => encoded(feed(content)),
  expected: { rows: 1, errors },
})
const priced = (price: string) => offer().replace('<price>100', `<price>${price}`)

/** Offers that are good XML and bad for whoever believes them. */
export function poisonedOffers(): HostileCase[] {
  return [
    rejected(
      'an id of ten thousand characters',
      'id-too-long',
      offer('', `id="${'9'.repeat(10_000)}"`),
    ),
    rejected('no id', 'id-missing', offer('', 'id="  "')),
    rejected('an id with a hidden character', 'id-invalid', offer('', 'id="1&#x200B;"')),
    rejected('an id that turns around', 'id-invalid', offer('', 'id="1&#x202E;2"')),
    rejected('a price that is no number', 'price-invalid', priced('NaN')),
    rejected('a price with letters', 'price-invalid', priced('12O0')),
    rejected('a price of 1e308', 'price-invalid', priced('1e308')),
    rejected('a price beyond all numbers', 'price-invalid', priced('1e309')),
    rejected('a price in hexadecimal', 'price-invalid', priced('0x64')),
    rejected('an infinite price', 'price-invalid', priced('Infinity')),
    rejected('a price of nothing', 'price-not-positive', priced('0.00')),
    rejected('a price below nothing', 'price-not-positive', priced('-100')),
    rejected('a price of thirty digits', 'price-too-large', priced('9'.repeat(30))),
    rejected('a price of ten thousand digits', 'price-invalid', priced('9'.repeat(10_000))),
    rejected('a price of ten thousand spaces', 'price-invalid', priced(`1${' '.repeat(10_000)}1`)),
    rejected('a price that can be read two ways', 'price-ambiguous', priced('1,290')),
    rejected('a price finer than a kopeck', 'price-precision', priced('0.001')),
    rejected('a price in Arabic digits', 'price-invalid', priced('١٠٠')),
    rejected(
      'a category of ten thousand characters',
      'field-too-long',
      offer().replace('>1</categoryId>', `>${'1'.repeat(10_000)}</categoryId>`),
    ),
    rejected(
      'a description of a million characters',
      'field-too-long',
      offer(`<description>${'а'.repeat(1_000_000)}</description>`),
    ),
    warned(
      'names that every object has',
      offer(
        '<__proto__ polluted="yes"><polluted>yes</polluted></__proto__><constructor>1</constructor>' +
          '<param name="__proto__">1</param><param name="constructor">2</param>',
        'id="__proto__" __proto__="1" constructor="2" hasOwnProperty="3" type="toString"',
      ),
    ),
    warned(
      'a type of two hundred thousand characters',
      offer('', `id="1" type="${'t'.repeat(200_000)}"`),
    ),
    warned(
      'codes of thousands of characters',
      offer(`<vendor>${'в'.repeat(9_000)}</vendor>`, `id="1" group_id="${'9'.repeat(9_000)}"`),
      'field-too-long',
    ),
    warned(
      'scripts for addresses',
      offer('<url>javascript:alert(1)</url><picture>data:image/png;base64,AA</picture>'),
      'picture-invalid',
      'url-invalid',
    ),
    warned(
      'a param without a name and one of thousands of characters',
      offer(`<param>1</param><param name="${'п'.repeat(9_000)}">1</param>`),
      'attribute-invalid',
    ),
    warned(
      'measures that are none',
      offer('<weight>∞</weight><dimensions>1/2/-3</dimensions><count>1.5</count>'),
      'weight-invalid',
      'dimensions-invalid',
      'units-invalid',
    ),
    warned(
      'stock of nobody and below nothing',
      offer('<outlets><outlet instock="5"/><outlet id="1" instock="-5"/></outlets>'),
      'outlet-invalid',
    ),
    warned(
      'formulas, terminal escapes and Unicode that turns around',
      offer(
        '<vendor>=cmd|/c calc!A1</vendor><model>\u202Egnp.exe</model><description>%00\\u0000</description>',
      ),
    ),
  ]
}
