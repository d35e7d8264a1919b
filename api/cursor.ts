import type { z } from 'zod'
import { Problem } from './problem.ts'

/** Where a page ended, as the opaque text that callers hand back. */
export const encodeCursor = (position: readonly string[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url')

/** @throws {Problem} `invalid-cursor` for anything that we have not made for this list */
export function decodeCursor<Position>(cursor: string, position: z.ZodType<Position>): Position {
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (cause) {
    throw new Problem('invalid-cursor', { cause })
  }
}

/** The page of what was asked for with one item more than fits, which tells whether there is another page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  show: (row: Row) => Item,
  positionOf: (row: Row) => readonly string[],
): { items: Item[]; nextCursor: string | null } {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows.slice(0, limit).map(show),
    nextCursor: last === undefined ? null : encodeCursor(positionOf(last)),
  }
}
