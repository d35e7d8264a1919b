import {
  categoryIdOf,
  categoryLevels,
  splitCategoryPath,
} from '../../domain/integrations/table/category-path.ts'
import type { TableMapping } from '../../domain/integrations/table/mapping.ts'
import type { TableOffer } from '../../domain/integrations/table/table-offer.ts'
import type { CategoryRow } from '../../domain/integrations/row.ts'
import type { Batches } from '../batches.ts'
import { MalformedFile } from '../format.ts'

/** Where goods go of which nothing tells the category. */
const NOWHERE = 'Без категории'

/** More categories than any catalogue has; each is remembered to the end of the file. */
const MOST_CATEGORIES = 50_000

/** The categories of a table, made of the paths that its rows name, each before the first row that stands in it. */
export type Categories = {
  /**
   * The id of the offer's category: its own, else the section row above it, else the default.
   * @returns undefined where the path is longer or deeper than paths may be
   */
  idOf(offer: TableOffer): string | undefined
}

export function tableCategories(batches: Batches, { defaultCategory }: TableMapping): Categories {
  const ids = new Map<string, string | undefined>()
  const made = new Set<string>()

  const idOfLevels = (levels: readonly string[]): string => {
    let parent: string | undefined
    for (let depth = 1; depth <= levels.length; depth += 1) {
      const id = categoryIdOf(levels.slice(0, depth))
      if (!made.has(id)) add(id, levels[depth - 1]!, parent)
      parent = id
    }
    return parent ?? nowhere()
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

  const nowhere = (): string => {
    if (made.has(NOWHERE)) return NOWHERE
    const warning = {
      row: 0,
      field: 'category',
      code: 'category-defaulted',
      level: 'warning',
    } as const
    batches.addError({ ...warning, value: NOWHERE })
    add(NOWHERE, NOWHERE, undefined)
    return NOWHERE
  }

  const idOfPath = (path: string): string | undefined => {
    const known = ids.get(path)
    if (known !== undefined) return known
    const levels = splitCategoryPath(path)
    const id = levels && idOfLevels(levels)
    if (id !== undefined && ids.size < MOST_CATEGORIES)
      ids.set(structuredClone(path), structuredClone(id))
    return id
  }

  return {
    idOf({ categoryPath, categoryLevels: texts, section }) {
      if (texts.some((text) => text.trim() !== '')) {
        const levels = categoryLevels(Array.from(texts, (text) => text ?? ''))
        return levels && idOfLevels(levels)
      }
      return idOfPath(categoryPath || section || defaultCategory || NOWHERE_PATH)
    },
  }
}

/** A path of no names. */
const NOWHERE_PATH = '>'
