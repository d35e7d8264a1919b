import { sql, type Transaction } from 'kysely'
import type { ReturnState } from '../../contracts/orders.ts'
import { nextReturnStates } from '../../domain/orders/return-state.ts'
import { appendAudit, type Actor } from '../audit.ts'
import type { Database } from '../database.ts'
import { appendReturnEvent } from './order-events.ts'
import { lockReturn, type ReturnRow } from './returns.ts'

export type ReturnMove = { to: ReturnState; actor: Actor; traceParent: string | null }

/** `refused`: its state does not permit it, and it is as it was. */
export type MovedReturn = { outcome: 'moved' | 'already' | 'refused'; moved: ReturnRow }

/**
 * Brings a return into another state with its event and its audit entry; nothing of it when it stands there already.
 * @returns `undefined` when there is no such return
 */
export async function moveReturn(
  trx: Transaction<Database>,
  returnId: string,
  { to, actor, traceParent }: ReturnMove,
): Promise<MovedReturn | undefined> {
  const before = await lockReturn(trx, returnId)
  if (!before) return undefined
  if (before.state === to) return { outcome: 'already', moved: before }
  if (!nextReturnStates(before.state).includes(to)) return { outcome: 'refused', moved: before }

  const moved = await trx
    .updateTable('orderReturn')
    .set({ state: to, updatedAt: sql`clock_timestamp()` })
    .where('id', '=', returnId)
    .returningAll()
    .executeTakeFirstOrThrow()
  const previousState = before.state
  await appendReturnEvent(trx, moved, { type: 'return.status_changed', previousState, traceParent })
  await appendAudit(trx, {
    sellerId: moved.sellerId,
    actor,
    action: 'return.status_changed',
    subject: `return:${returnId}`,
    data: { orderId: moved.orderId, state: to, previousState },
  })
  return { outcome: 'moved', moved }
}
