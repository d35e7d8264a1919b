import {
  categoryIdOf,
  categoryLevels,
  splitCategoryPath,
} from '../../domain/integrations/table/category-path.ts'
import type { TableMapping } from '../../domain/integrations/table/mapping.ts'
import type { TableOffer } from '../../domain/integrations/table/table-offer.ts'
import { ROW_LIMITS } from '../../domain/integrations/row-limits.ts'
import type { CategoryRow } from '../../domain/integrations/row.ts'
import type { Batches } from '../batches.ts'
import { MalformedFile } from '../format.ts'

/** Where goods go of which nothing tells the category. */
const NOWHERE: CategoryPlace = { id: 'Без категории', levels: ['Без категории'] }

/** More categories than any catalogue has; each is remembered to the end of the file. */
const MOST_CATEGORIES = 50_000

/** Paths that need not be cut again: those that goods share are among the first, and short. */
const REMEMBERED_PLACES = 10_000

/** The categories of a table, made of the paths that its rows name, each before the first row that stands in it. */
export type Categories = {
  /**
   * Where the offer stands: in its own category, else under the section row above it, else in the default.
   * @returns undefined where the path is longer or deeper than paths may be
   */
  placeOf(offer: TableOffer): CategoryPlace | undefined
  /** Makes the category and those above it, once. */
  ensure(place: CategoryPlace): void
}

export type CategoryPlace = { id: string; levels: readonly string[] }

export function tableCategories(batches: Batches, { defaultCategory }: TableMapping): Categories {
  const places = new Map<string, CategoryPlace>()
  const made = new Set<string>()

  const ensure = ({ id, levels }: CategoryPlace) => {
    if (made.has(id)) return
    if (id === NOWHERE.id) warnOfNowhere()
    const above = levels.length > 1 ? placeAt(levels.slice(0, -1)) : undefined
    if (above) ensure(above)
    add(id, levels.at(-1)!, above?.id)
  }

  /** Kept texts are copied: a slice would hold on to all of the text that it was cut from. */
  const add = (id: string, name: string, parent: string | undefined) => {
    if (made.size >= MOST_CATEGORIES)
      throw new MalformedFile({
        code: 'limit-exceeded',
        params: { limit: 'categories', most: MOST_CATEGORIES },
      })
    made.add(structuredClone(id))
    const category: CategoryRow = { externalId: id, name }
    if (parent !== undefined) category.parentExternalId = parent
    batches.addCategory(category)
  }

  const warnOfNowhere = () => {
    batches.addError({
      ...{ row: 0, field: 'category', code: 'category-defaulted', level: 'warning' },
      value: NOWHERE.id,
    })
  }

  const placeOfPath = (path: string): CategoryPlace | undefined => {
    const known = places.get(path)
    if (known !== undefined) return known
    const place = placeAt(splitCategoryPath(path))
    if (place && places.size < REMEMBERED_PLACES && path.length <= ROW_LIMITS.codeLength)
      places.set(structuredClone(path), structuredClone(place))
    return place
  }

  return {
    placeOf({ categoryPath, categoryLevels: texts, section }) {
      if (texts.some((text) => text.trim() !== ''))
        return placeAt(categoryLevels(Array.from(texts, (text) => text ?? '')))
      return placeOfPath(categoryPath || section || defaultCategory || '')
    },
    ensure,
  }
}

function placeAt(levels: readonly string[] | undefined): CategoryPlace | undefined {
  if (levels === undefined) return undefined
  return levels.length === 0 ? NOWHERE : { id: categoryIdOf(levels), levels }
}
