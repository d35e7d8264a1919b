import type { RowErrorCode } from '../../../domain/integrations/row.ts'
import type { HostileTable, ReadRows } from '../csv/cases.ts'
import { bookOf } from './book.ts'

const text = (content: string) => `<c t="inlineStr"><is><t>${content}</t></is></c>`
const HEADER = `<row>${['id', 'name', 'price', 'category'].map(text).join('')}</row>`

type Cells = { id?: string; name?: string; price?: string }

const row = ({ id = text('1'), name = text('Чайник'), price = '<c><v>100</v></c>' }: Cells) =>
  `<row>${id}${name}${price}${text('Посуда')}</row>`

const goods = (name: string, cells: Cells, expected: ReadRows): HostileTable => ({
  ...{ name, bytes: () => [bookOf({ rows: HEADER + row(cells) })], expected },
})
const rejected = (name: string, code: RowErrorCode, cells: Cells) =>
  goods(name, cells, { rows: 0, errors: [code] })
const taken = (name: string, cells: Cells, ...errors: RowErrorCode[]) =>
  goods(name, cells, { rows: 1, errors })

/** Cells that are a good workbook and bad for whoever believes them. */
export function poisonedCells(): HostileTable[] {
  return [
    rejected('a price below nothing', 'price-not-positive', { price: '<c><v>-100</v></c>' }),
    rejected('a price that is no number', 'price-invalid', { price: '<c><v>NaN</v></c>' }),
    rejected('a price of 1E+308', 'price-invalid', { price: '<c><v>1E+308</v></c>' }),
    rejected('a price beyond all numbers', 'price-invalid', { price: '<c><v>1E+309</v></c>' }),
    rejected('a price with letters', 'price-invalid', { price: text('12O0') }),
    rejected('a price that failed, which is none', 'price-missing', {
      price: '<c t="e"><v>#REF!</v></c>',
    }),
    rejected('a price that is true', 'price-invalid', { price: '<c t="b"><v>1</v></c>' }),
    rejected('a price whose formula was never computed', 'price-missing', {
      price: '<c><f>1+1</f></c>',
    }),
    rejected('an id of ten thousand characters', 'id-too-long', { id: text('9'.repeat(10_000)) }),
    rejected('an id that turns around', 'id-invalid', { id: text('1\u202E2') }),
    taken('a price by a formula, of which the value counts', {
      price: '<c><f>cmd|"/c calc"!A1</f><v>100</v></c>',
    }),
    taken('a formula as a name', { name: text("=cmd|'/c calc'!A1") }),
    taken('a link that calls home', {
      name: `<c t="str"><f>HYPERLINK("http://trap.invalid/")</f><v>=HYPERLINK("http://trap.invalid/")</v></c>`,
    }),
    taken('values that every object has', { id: text('__proto__'), name: text('constructor') }),
  ]
}
