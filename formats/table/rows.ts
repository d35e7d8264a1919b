import { sectionName } from '../../domain/integrations/table/category-path.ts'

export function isBlank(cells: readonly string[]): boolean {
  return cells.every((cell) => cell === '' || cell.trim() === '')
}

/** The name in a row that has only one, between the goods: `*****ПОСУДА*****;;;`. */
export function sectionOf(cells: readonly string[]): string | undefined {
  let only: string | undefined
  for (const cell of cells) {
    if (cell === '' || cell.trim() === '') continue
    if (only !== undefined) return undefined
    only = cell
  }
  const name = only === undefined ? '' : sectionName(only)
  return /\p{L}/u.test(name) ? name : undefined
}
