/**
 * A number as the sheet stores it, without an exponent: `4.6012345678900001E+12` is `4601234567890`. Doubles come with 17
 * digits; the shortest text that reads back as the same double is what was entered. Whole numbers stay as they stand,
 * and so does what is no number.
 */
export function numberText(raw: string): string {
  if (WHOLE.test(raw)) return raw
  const text = raw.trim()
  const value = Number(text)
  if (text === '' || !Number.isFinite(value)) return text
  return withoutExponent(String(value))
}

const WHOLE = /^(?:0|-?[1-9]\d*)$/

function withoutExponent(text: string): string {
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (parts === null) return text
  const [, sign, first, fraction = '', exponent] = parts
  const digits = `${first}${fraction}`
  const point = 1 + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.padEnd(point, '0')}`
}
