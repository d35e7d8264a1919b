import type { z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { Database } from '../../db/database.ts'
import { moveReturn } from '../../db/orders/move-return.ts'
import { withReturnLines } from '../../db/orders/returns.ts'
import { asSeller } from '../../db/tenancy.ts'
import { nextReturnStates } from '../../domain/orders/return-state.ts'
import type { Caller } from '../auth.ts'
import { digestOf } from '../digest.ts'
import { idempotently, sameRequest } from '../idempotency.ts'
import { notFrom } from '../orders/move-order.ts'
import type { ReturnStatus } from '../orders/order-fields.ts'
import { Return, showReturn } from '../orders/order-view.ts'
import { notFound } from '../problem.ts'

export type MoveReturn = {
  caller: Pick<Caller, 'sellerId' | 'keyId'>
  returnId: string
  idempotencyKey: string | undefined
  wanted: z.output<typeof ReturnStatus>
}

/**
 * Brings a return into another state; one that stands there already is answered as it is.
 * @throws {Problem} `conflict` when its state does not lead there
 */
export function moveOwnReturn(
  seller: Kysely<Database>,
  { caller: { sellerId, keyId }, returnId, idempotencyKey, wanted }: MoveReturn,
): Promise<Return> {
  const fingerprint = digestOf(JSON.stringify(['POST', 'return-status', returnId, wanted]))
  return idempotently(seller, {
    sellerId,
    key: idempotencyKey,
    again: (kept) => Return.parse(sameRequest(kept, fingerprint).body),
    first: (keep) =>
      asSeller(seller, sellerId, async (trx) => {
        const result = await moveReturn(trx, returnId, {
          to: wanted.state,
          actor: `key:${keyId}`,
          traceParent: currentTraceParent() ?? null,
        })
        if (!result) throw notFound()
        const { outcome, moved } = result
        if (outcome === 'refused')
          throw notFrom(moved.state, wanted.state, nextReturnStates(moved.state))
        const [row] = await withReturnLines(trx, [moved])
        const body = showReturn(row!)
        await keep(trx, { fingerprint, status: 200, body })
        return body
      }),
  })
}
