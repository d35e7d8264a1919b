export type CategoryNode = { id: string; name: string; children: CategoryNode[] }

type Category = { id: string; parentId: string | null; name: string }

/** The roots, each with what is below it; siblings stay in the order in which they came. */
export function categoryTree(categories: readonly Category[]): CategoryNode[] {
  const roots: CategoryNode[] = []
  const nodes = new Map<string, CategoryNode>(
    categories.map(({ id, name }) => [id, { id, name, children: [] }]),
  )
  for (const { id, parentId } of categories) {
    const siblings = parentId === null ? roots : nodes.get(parentId)?.children
    siblings?.push(nodes.get(id)!)
  }
  return roots
}
