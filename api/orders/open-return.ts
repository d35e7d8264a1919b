import type { z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { Database } from '../../db/database.ts'
import { openReturn } from '../../db/orders/open-return.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { ReturnRefusal, WantedReturn } from '../../domain/orders/return-state.ts'
import type { Caller } from '../auth.ts'
import { digestOf } from '../digest.ts'
import { idempotently, sameRequest } from '../idempotency.ts'
import type { Text } from '../language.ts'
import { notFound, Problem } from '../problem.ts'
import type { NewReturn } from './order-fields.ts'
import { Return, showReturn } from './order-view.ts'

export type OpenReturn = {
  caller: Pick<Caller, 'sellerId' | 'keyId'>
  orderId: string
  idempotencyKey: string | undefined
  wanted: z.output<typeof NewReturn>
}

/** @throws {Problem} `conflict` for what was not shipped or is back already; `order-refused` for more than there is left */
export function openOwnReturn(
  seller: Kysely<Database>,
  { caller: { sellerId, keyId }, orderId, idempotencyKey, wanted }: OpenReturn,
): Promise<Return> {
  const fingerprint = digestOf(JSON.stringify(['POST', 'order-returns', orderId, wanted]))
  return idempotently(seller, {
    sellerId,
    key: idempotencyKey,
    again: (kept) => Return.parse(sameRequest(kept, fingerprint).body),
    first: (keep) =>
      asSeller(seller, sellerId, async (trx) => {
        const result = await openReturn(trx, orderId, {
          lines: wanted.lines,
          reason: wanted.reason,
          actor: `key:${keyId}`,
          traceParent: currentTraceParent() ?? null,
        })
        if (!result) throw notFound()
        switch (result.outcome) {
          case 'too-early':
            throw new Problem('conflict', { detail: tooEarly(result.state) })
          case 'nothing-left':
            throw new Problem('conflict', { detail: NOTHING_LEFT })
          case 'refused':
            throw refused(result.refusals, wanted.lines ?? [])
          case 'opened': {
            const body = showReturn(result.opened)
            await keep(trx, { fingerprint, status: 201, body })
            return body
          }
        }
      }),
  })
}

const refused = (refusals: readonly ReturnRefusal[], lines: readonly WantedReturn[]) =>
  new Problem('order-refused', {
    errors: refusals.map(({ shopProductId, code, left }) => {
      const at = lines.findIndex((line) => line.shopProductId === shopProductId)
      return code === 'not-ordered'
        ? { path: `lines.${at}.shopProductId`, message: NOT_ORDERED }
        : {
            path: `lines.${at}.quantity`,
            message: { ru: `можно вернуть ${left}`, en: `${left} can come back` },
          }
    }),
  })

const tooEarly = (state: string): Text => ({
  ru: `Вернуть можно отправленное; заказ в состоянии ${state}.`,
  en: `What was shipped can come back; the order is ${state}.`,
})
const NOTHING_LEFT: Text = {
  ru: 'Всё из этого заказа уже возвращается.',
  en: 'All of this order is coming back already.',
}
const NOT_ORDERED: Text = { ru: 'этого в заказе нет', en: 'this was not ordered' }
