import { clean, cut } from '../plain-text.ts'
import type { FeedAttribute } from './product.ts'

/** What tells the variants of one item group apart, as Google names and writes it. */
export type VariantAttributes = {
  color?: string
  size?: string
  material?: string
  pattern?: string
  gender?: Gender | undefined
  ageGroup?: AgeGroup | undefined
}
type Gender = 'male' | 'female' | 'unisex'
type AgeGroup = 'newborn' | 'infant' | 'toddler' | 'kids' | 'adult'

const FREE = new Map<string, 'color' | 'size' | 'material' | 'pattern'>([
  ['цвет', 'color'],
  ['color', 'color'],
  ['colour', 'color'],
  ['размер', 'size'],
  ['size', 'size'],
  ['материал', 'material'],
  ['material', 'material'],
  ['узор', 'pattern'],
  ['рисунок', 'pattern'],
  ['принт', 'pattern'],
  ['pattern', 'pattern'],
])

const GENDERS = new Map<string, Gender>([
  ['мужской', 'male'],
  ['мужчинам', 'male'],
  ['male', 'male'],
  ['женский', 'female'],
  ['женщинам', 'female'],
  ['female', 'female'],
  ['унисекс', 'unisex'],
  ['unisex', 'unisex'],
])

const AGES = new Map<string, AgeGroup>([
  ['новорожденный', 'newborn'],
  ['новорождённый', 'newborn'],
  ['newborn', 'newborn'],
  ['infant', 'infant'],
  ['toddler', 'toddler'],
  ['детский', 'kids'],
  ['kids', 'kids'],
  ['взрослый', 'adult'],
  ['adult', 'adult'],
])

const LONGEST = 100

/** The first attribute of each kind that says something which Google takes. */
export function variantAttributesOf(attributes: readonly FeedAttribute[]): VariantAttributes {
  const found: VariantAttributes = {}
  for (const { name, value, unit } of attributes) {
    const called = name.toLowerCase()
    const free = FREE.get(called)
    const word = value.trim().toLowerCase()
    if (free) found[free] ??= cut(clean(unit ? `${value} ${unit}` : value), LONGEST)
    else if (called === 'пол' || called === 'gender') found.gender ??= GENDERS.get(word)
    else if (called === 'возраст' || called === 'age_group') found.ageGroup ??= AGES.get(word)
  }
  return found
}
