import type { RowErrorCode } from '../../../domain/integrations/row.ts'
import { encoded } from '../yml/bytes.ts'
import type { HostileTable } from './cases.ts'
import { HEADER, row } from './table.ts'

const rejected = (
  name: string,
  code: RowErrorCode,
  given: Parameters<typeof row>[0],
): HostileTable => ({
  name,
  bytes: () => encoded(HEADER + row(given)),
  expected: { rows: 0, errors: [code] },
})
const taken = (name: string, text: string, ...errors: RowErrorCode[]): HostileTable => ({
  name,
  bytes: () => encoded(text),
  expected: { rows: 1, errors },
})

const GRUMBLES: RowErrorCode[] = ['picture-invalid', 'attribute-invalid']

/** Rows that are good CSV and bad for whoever believes them. */
export function poisonedRows(): HostileTable[] {
  return [
    rejected('a price below nothing', 'price-not-positive', { price: '-100' }),
    rejected('a price that is no number', 'price-invalid', { price: 'NaN' }),
    rejected('a price of 1e308', 'price-invalid', { price: '1e308' }),
    rejected('a price with letters', 'price-invalid', { price: '12O0' }),
    rejected('a price of an error of Excel', 'price-invalid', { price: '#REF!' }),
    rejected('a price of thirty digits', 'price-too-large', { price: '9'.repeat(30) }),
    rejected('a price of ten thousand digits', 'price-invalid', { price: '9'.repeat(10_000) }),
    rejected('a price that can be read two ways', 'price-ambiguous', { price: '1,290' }),
    rejected('a price that is a formula', 'price-invalid', { price: '=1+1' }),
    rejected('a price of nothing', 'price-missing', { price: '  ' }),
    rejected('an id of ten thousand characters', 'id-too-long', { id: '9'.repeat(10_000) }),
    rejected('an id that turns around', 'id-invalid', { id: '1\u202E2' }),
    rejected('no id', 'id-missing', { id: '' }),
    rejected('a name of a hundred thousand characters', 'field-too-long', {
      name: 'щ'.repeat(100_000),
    }),
    rejected('a category of ten thousand characters', 'field-too-long', {
      category: 'щ'.repeat(10_000),
    }),
    rejected('a category a thousand deep', 'field-too-long', { category: 'а > '.repeat(1_000) }),
    taken('a formula in a name', HEADER + row({ name: "=cmd|'/c calc'!A1" })),
    taken('formulas everywhere', HEADER + row({ id: '@SUM(A1)', name: '+1', category: '-2+3' })),
    taken(
      'a link that calls home',
      HEADER + row({ name: '"=HYPERLINK(""http://evil.example"")"' }),
    ),
    taken(
      'columns that every object has',
      `id;name;price;category;__proto__;constructor;hasOwnProperty;toString\n1;а;1;К;x;y;z;w\n`,
    ),
    taken(
      'values that every object has',
      HEADER + row({ id: '__proto__', name: 'constructor', category: '__proto__ > toString' }),
    ),
    taken(
      'characteristics that every object has',
      `id;name;price;category;Параметр: __proto__\n1;а;1;К;x\n`,
    ),
    taken(
      'scripts for addresses',
      `id;name;price;category;url;picture\n1;а;1;К;javascript:alert(1);data:image/png,AA\n`,
      ...(['picture-invalid', 'url-invalid'] as const),
    ),
    taken(
      'measures and stock that are none',
      `id;name;price;category;Вес, г;count;EAN\n1;а;1;К;тяжёлый;-5;4.6E+12\n`,
      ...(['barcode-invalid', 'weight-invalid', 'units-invalid'] as const),
    ),
    ...['   ', ',', '> ', '* ', ' (', '/'].map((part) =>
      taken(
        `cells of ${JSON.stringify(part)} sixty thousand long`,
        `id;name;price;category;picture;Характеристики;count\n1;а;1;К;http://a${part.repeat(20_000)}http;б${part.repeat(20_000)}в;\n`,
        ...GRUMBLES,
      ),
    ),
    {
      name: 'half a surrogate pair',
      bytes: () => [
        Buffer.from(`\uFEFF${HEADER}1;Чай`, 'utf16le'),
        Buffer.from([0x3d, 0xd8]),
        Buffer.from(';5;К\n', 'utf16le'),
      ],
      expected: { code: 'invalid-encoding' },
    },
  ]
}
