import type { CategoryRow } from './row.ts'

export type CategoryTree = {
  /** Roots first, then their children, and so on: every parent stands in an earlier level. */
  levels: CategoryRow[][]
  /** Categories whose parent the file does not have, or that are their own ancestors; they stand among the roots. */
  orphans: CategoryRow[]
}

/** Many exporters write this for «no parent». */
const NO_PARENT = '0'

/** Orders a file's categories, which may come in any order, so that parents precede children. */
export function arrangeCategories(categories: readonly CategoryRow[]): CategoryTree {
  const known = new Set(categories.map((category) => category.externalId))
  const children = new Map<string, CategoryRow[]>()
  const roots: CategoryRow[] = []
  const orphans: CategoryRow[] = []
  const becomeRoot = ({ externalId, name }: CategoryRow) => roots.push({ externalId, name })

  for (const category of categories) {
    const parent = category.parentExternalId
    if (parent !== undefined && known.has(parent)) {
      const siblings = children.get(parent)
      if (siblings) siblings.push(category)
      else children.set(parent, [category])
    } else {
      if (parent !== undefined && parent !== '' && parent !== NO_PARENT) orphans.push(category)
      becomeRoot(category)
    }
  }

  const levels: CategoryRow[][] = []
  const placed = new Set<string>()
  const place = (from: CategoryRow[]) => {
    let level = from
    for (let depth = 0; level.length > 0; depth++) {
      levels[depth] = [...(levels[depth] ?? []), ...level]
      for (const { externalId } of level) placed.add(externalId)
      level = level.flatMap(({ externalId }) =>
        (children.get(externalId) ?? []).filter((child) => !placed.has(child.externalId)),
      )
    }
  }
  place(roots)
  // What is reached from no root is a circle: it is cut at the category that comes first.
  for (const category of categories) {
    if (placed.has(category.externalId)) continue
    orphans.push(category)
    place([{ externalId: category.externalId, name: category.name }])
  }
  return { levels, orphans }
}
