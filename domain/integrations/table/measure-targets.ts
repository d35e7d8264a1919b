import type { HeaderText } from './header-text.ts'
import type { ColumnTarget, MeasureTarget } from './mapping.ts'

/** Weight or size by its header: `Вес, г`, `Weight (lbs)`, `Ширина (мм)`; kilograms and centimetres where no unit stands. */
export function measureTarget({ text, unit }: HeaderText): ColumnTarget | undefined {
  if (WEIGHTS.has(text)) return WEIGHT_UNITS.get(unit)
  const side = SIDES.get(text)
  const size = side && SIZE_UNITS.get(unit)
  return size && `${side}${size}`
}

/** How many kilograms, or centimetres, one of the unit is. */
export const MEASURES: Readonly<
  Record<MeasureTarget, { of: 'weight' | 'length' | 'width' | 'height'; factor: number }>
> = {
  weightGrams: { of: 'weight', factor: 0.001 },
  weightPounds: { of: 'weight', factor: 0.45359237 },
  weightOunces: { of: 'weight', factor: 0.028349523125 },
  lengthMm: { of: 'length', factor: 0.1 },
  lengthCm: { of: 'length', factor: 1 },
  lengthM: { of: 'length', factor: 100 },
  lengthInches: { of: 'length', factor: 2.54 },
  widthMm: { of: 'width', factor: 0.1 },
  widthCm: { of: 'width', factor: 1 },
  widthM: { of: 'width', factor: 100 },
  widthInches: { of: 'width', factor: 2.54 },
  heightMm: { of: 'height', factor: 0.1 },
  heightCm: { of: 'height', factor: 1 },
  heightM: { of: 'height', factor: 100 },
  heightInches: { of: 'height', factor: 2.54 },
}

const WEIGHTS = new Set(
  'вес|вес товара|вес брутто|вес с упаковкой|вес в упаковке|масса|weight|product weight|вес варианта'.split(
    '|',
  ),
)

const WEIGHT_UNITS = new Map<string, ColumnTarget>([
  ['', 'weightKg'],
  ['кг', 'weightKg'],
  ['kg', 'weightKg'],
  ['г', 'weightGrams'],
  ['гр', 'weightGrams'],
  ['g', 'weightGrams'],
  ['gram', 'weightGrams'],
  ['grams', 'weightGrams'],
  ['граммы', 'weightGrams'],
  ['lb', 'weightPounds'],
  ['lbs', 'weightPounds'],
  ['oz', 'weightOunces'],
])

const SIDES = new Map<string, 'length' | 'width' | 'height'>([
  ['длина', 'length'],
  ['длина упаковки', 'length'],
  ['глубина', 'length'],
  ['length', 'length'],
  ['ширина', 'width'],
  ['ширина упаковки', 'width'],
  ['width', 'width'],
  ['высота', 'height'],
  ['высота упаковки', 'height'],
  ['height', 'height'],
])

const SIZE_UNITS = new Map<string, 'Mm' | 'Cm' | 'M' | 'Inches'>([
  ['', 'Cm'],
  ['см', 'Cm'],
  ['cm', 'Cm'],
  ['мм', 'Mm'],
  ['mm', 'Mm'],
  ['м', 'M'],
  ['m', 'M'],
  ['in', 'Inches'],
  ['inches', 'Inches'],
])
