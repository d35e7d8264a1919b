/** A decimal number as written: nothing is rounded, nothing passes through a float. */
export type Decimal = { negative: boolean; integer: string; fraction: string }

/** Longer than any number that a person writes; keeps the expressions below cheap. */
const LONGEST = 40

/**
 * Reads `1290`, `1290.50`, `1290,5`, `1 290,00` (any space or apostrophe between thousands), `1,290.00`, `1.290,00`,
 * `1,290,000`. `1,290` is `ambiguous`: a fraction here, thousands there; `1.290` is not, since the dot is the decimal
 * separator of every feed format. Undefined when it is no number (`1e3`, `NaN`, `0x10`, `.5`, `12 90` …).
 */
export function parseDecimal(text: string): Decimal | 'ambiguous' | undefined {
  if (WHOLE.test(text)) return { negative: false, integer: text, fraction: '' }
  if (text.length > LONGEST) return undefined
  const trimmed = text.trim()
  const sign = SIGN.exec(trimmed)?.[0] ?? ''
  const digits = trimmed.slice(sign.length)
  if (AMBIGUOUS.test(digits)) return 'ambiguous'
  const plain = ungroup(digits)
  if (plain === undefined) return undefined
  const point = plain.search(/[.,]/)
  return {
    negative: sign !== '' && sign !== '+',
    integer: (point < 0 ? plain : plain.slice(0, point)).replace(/^0+(?=\d)/, ''),
    fraction: point < 0 ? '' : plain.slice(point + 1).replace(/0+$/, ''),
  }
}

/** What most numbers are. */
const WHOLE = /^[1-9]\d{0,14}$/
const SIGN = /^[+\-\u2212]/
const AMBIGUOUS = /^[1-9]\d{0,2},\d{3}$/
const PLAIN = /^\d+(?:[.,]\d+)?$/
const SPACED = /^\d{1,3}(?:[\s'’]\d{3})+(?:[.,]\d+)?$/
const COMMA_GROUPED = /^\d{1,3}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})$/
const DOT_GROUPED = /^\d{1,3}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})$/

function ungroup(digits: string): string | undefined {
  if (PLAIN.test(digits)) return digits
  if (SPACED.test(digits)) return digits.replace(/[\s'’]/g, '')
  if (COMMA_GROUPED.test(digits)) return digits.replaceAll(',', '')
  if (DOT_GROUPED.test(digits)) return digits.replaceAll('.', '')
  return undefined
}

/** The number times 10^`digits`, rounded half up; undefined beyond `most`, which must be a safe integer. */
export function scaleDecimal(decimal: Decimal, digits: number, most: number): number | undefined {
  const kept = decimal.fraction.slice(0, digits).padEnd(digits, '0')
  const scaled = `${decimal.integer}${kept}`
  if (scaled.length > 15) return undefined
  const up = decimal.fraction.charCodeAt(digits) >= FIVE ? 1 : 0
  const value = Number(scaled) + up
  return value > most ? undefined : value
}

const FIVE = '5'.charCodeAt(0)
