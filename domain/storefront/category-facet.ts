import type { FacetValue } from './search-answer.ts'

export type KnownCategory = { id: string; parentId: string | null; name: string }

export type CategoryFacetValue = FacetValue & { name: string; parentId: string | null }

/**
 * The categories of a facet as a tree is read: a parent, then what is below it, the fullest first. What is below none of
 * the others is a root here. A category that nobody knows any more is left out.
 */
export function categoryFacet(
  values: readonly FacetValue[],
  known: ReadonlyMap<string, KnownCategory>,
): CategoryFacetValue[] {
  const named = values.flatMap((value) => {
    const category = known.get(value.value)
    return category ? [{ ...value, name: category.name, parentId: category.parentId }] : []
  })
  const here = new Set(named.map(({ value }) => value))
  const childrenOf = Map.groupBy(named, ({ parentId }) =>
    parentId !== null && here.has(parentId) ? parentId : null,
  )
  const below = (parentId: string | null): CategoryFacetValue[] =>
    (childrenOf.get(parentId) ?? []).flatMap((child) => [child, ...below(child.value)])
  return below(null)
}
