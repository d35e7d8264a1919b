import { sql, type Kysely } from 'kysely'
import type { Database } from '../database.ts'

/**
 * Lets an import run when no other import of its shop does and none was queued before it. Asking again is harmless.
 * @returns false when it has to wait; the end of the other one is told by an event
 */
export async function takeTurn(db: Kysely<Database>, importId: string): Promise<boolean> {
  const { rows } = await sql<{ state: string }>`
    update import mine set state = 'running', started_at = coalesce(started_at, now())
    where id = ${importId} and (
      state = 'running'
      or state in ('queued', 'awaiting-mapping', 'awaiting-apply') and not exists (
        select from import other
        where other.shop_id = mine.shop_id and other.id <> mine.id and (
          other.state = 'running'
          or mine.state = 'queued' and other.state = 'queued'
            and (other.created_at, other.id) < (mine.created_at, mine.id))))
    returning state`
    .execute(db)
    .catch((error: unknown) => {
      if (isTaken(error)) return { rows: [] }
      throw error
    })
  return rows.length > 0
}

/** Two asked at once: the index `import_turn` let one through. */
const isTaken = (error: unknown) =>
  error instanceof Error && 'constraint' in error && error.constraint === 'import_turn'

/** Who may go on now that the shop is free: the first in line, and those that a person has let go on. */
export async function listWaiting(db: Kysely<Database>, shopId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    (select id from import where shop_id = ${shopId} and state = 'queued' order by created_at, id limit 1)
    union all
    (select id from import where shop_id = ${shopId} and state in ('awaiting-mapping', 'awaiting-apply'))`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}
