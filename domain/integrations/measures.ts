import { parseDecimal, scaleDecimal } from './decimal.ts'
import { ROW_LIMITS } from './row-limits.ts'

/** Grams of a weight written in kilograms: `0.35`, `0,35`, `1.2 кг`. Undefined for what is no positive weight. */
export function parseWeightKg(text: string): number | undefined {
  if (text.length > LONGEST) return undefined
  return parseMeasure(text.replace(/(?:кг|kg)\.?$/i, ''), 3, ROW_LIMITS.weightGrams)
}

/** Millimetres of `length/width/height` in centimetres, as YML writes them; `20x10x5` is understood too. */
export function parseDimensionsCm(
  text: string,
): { lengthMm: number; widthMm: number; heightMm: number } | undefined {
  if (text.length > 3 * LONGEST) return undefined
  const parts = text.split(/[/x×х*]/i)
  const [lengthMm, widthMm, heightMm] = parts.map((part) =>
    parseMeasure(part, 1, ROW_LIMITS.sizeMm),
  )
  if (parts.length !== 3 || !lengthMm || !widthMm || !heightMm) return undefined
  return { lengthMm, widthMm, heightMm }
}

const LONGEST = 40

/** At least one of the smaller unit, so that what has a weight never weighs nothing. */
function parseMeasure(text: string, digits: number, most: number): number | undefined {
  const decimal = parseDecimal(text.trim().replace(FRACTION, '$1.$2'))
  if (decimal === undefined || decimal === 'ambiguous' || decimal.negative) return undefined
  if (decimal.integer === '0' && decimal.fraction === '') return undefined
  const scaled = scaleDecimal(decimal, digits, most)
  return scaled === 0 ? 1 : scaled
}

/** In a measure a single comma is always a fraction: `1,250` is a kilogram and a quarter. */
const FRACTION = /^(\d+),(\d+)$/
