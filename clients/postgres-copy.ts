/** What a column of COPY's text format can be made from; an array is `text[]`, JSON comes as its text. */
export type CopyValue = string | number | boolean | null | undefined | readonly string[]

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const SPECIAL = /[\\\n\r\t]/
const escapeText = (text: string) =>
  SPECIAL.test(text) ? text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character]!) : text

const arrayLiteral = (items: readonly string[]) =>
  `{${items.map((item) => `"${item.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`

function field(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N'
  if (typeof value === 'string') return escapeText(value)
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 't' : 'f'
  return escapeText(arrayLiteral(value))
}

/** One line of COPY's text format. The values hold no NUL: PostgreSQL's text has none. */
export const copyLine = (values: readonly CopyValue[]): string =>
  `${values.map(field).join('\t')}\n`
