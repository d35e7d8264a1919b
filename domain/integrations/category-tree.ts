import type { CategoryRow } from './row.ts'

export type CategoryTree = {
  /** Roots first, then their children, and so on: every parent stands in an earlier level. */
  levels: CategoryRow[][]
  /** Categories whose parent the file does not have, or that are their own ancestors; they stand among the roots. */
  orphans: CategoryRow[]
}

/** Many exporters write this for «no parent». */
const NO_PARENT = '0'

/** Deeper than any shop's tree; what is deeper stands in the last level, under its ancestor in the one before. */
const MOST_LEVELS = 64

/**
 * Orders a file's categories, which may come in any order, so that parents precede children. Of categories with the same
 * id the first counts.
 */
export function arrangeCategories(categories: readonly CategoryRow[]): CategoryTree {
  const byId = new Map<string, CategoryRow>()
  for (const category of categories)
    if (!byId.has(category.externalId)) byId.set(category.externalId, category)

  const roots: CategoryRow[] = []
  const orphans: CategoryRow[] = []
  const childrenOf = new Map<string, CategoryRow[]>()
  for (const category of byId.values()) {
    const parent = category.parentExternalId
    if (parent !== undefined && byId.has(parent)) {
      const siblings = childrenOf.get(parent)
      if (siblings) siblings.push(category)
      else childrenOf.set(parent, [category])
    } else {
      if (parent !== undefined && parent !== '' && parent !== NO_PARENT) orphans.push(category)
      roots.push(asRoot(category))
    }
  }

  const levels: CategoryRow[][] = []
  const placed = new Set<string>()
  const place = (root: CategoryRow) => {
    const waiting = [{ category: root, depth: 0 }]
    for (const { category, depth } of waiting) {
      if (placed.has(category.externalId)) continue
      placed.add(category.externalId)
      const level = (levels[depth] ??= [])
      level.push(category)
      const isLast = depth === MOST_LEVELS - 1
      for (const child of childrenOf.get(category.externalId) ?? []) {
        const { parentExternalId = '' } = category
        waiting.push(
          isLast
            ? { category: { ...child, parentExternalId }, depth }
            : { category: child, depth: depth + 1 },
        )
      }
    }
  }
  for (const root of roots) place(root)
  // What is reached from no root is a circle: it is cut at the category that comes first.
  for (const category of byId.values()) {
    if (placed.has(category.externalId)) continue
    orphans.push(category)
    place(asRoot(category))
  }
  return { levels, orphans }
}

const asRoot = ({ externalId, name }: CategoryRow): CategoryRow => ({ externalId, name })
