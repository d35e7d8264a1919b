/** What a column of COPY's text format can be made from; an array is `text[]`, JSON comes as its text. */
export type CopyValue = string | number | boolean | null | undefined | readonly string[]

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const SPECIAL = /[\\\n\r\t]/
const escapeText = (text: string) =>
  SPECIAL.test(text) ? text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character]!) : text

const QUOTED = /[\\"]/
function arrayLiteral(items: readonly string[]): string {
  if (items.length === 0) return '{}'
  let literal = '{'
  for (const item of items) {
    if (literal.length > 1) literal += ','
    literal += `"${QUOTED.test(item) ? item.replace(/[\\"]/g, '\\$&') : item}"`
  }
  return `${literal}}`
}

function field(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N'
  if (typeof value === 'string') return escapeText(value)
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 't' : 'f'
  return escapeText(arrayLiteral(value))
}

/** One line of COPY's text format. The values hold no NUL: PostgreSQL's text has none. */
export function copyLine(values: readonly CopyValue[]): string {
  let line = ''
  for (const value of values) line += line === '' ? field(value) : `\t${field(value)}`
  return `${line}\n`
}
