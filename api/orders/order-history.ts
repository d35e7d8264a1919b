import { z } from '@hono/zod-openapi'
import type { Selectable } from 'kysely'
import type { Database } from '../../db/database.ts'
import { Instant, pageOf } from '../openapi.ts'

export const OrderHistory = pageOf(
  z
    .object({
      at: Instant,
      actor: z.string().openapi({
        description: 'A key by its id, or a workflow by its type',
        example: 'workflow:fulfilOrder',
      }),
      action: z.string().openapi({ example: 'order.status_changed' }),
      state: z.string().optional(),
      previousState: z.string().optional(),
    })
    .openapi('OrderHistoryEntry'),
)

type Entry = z.infer<typeof OrderHistory>['items'][number]

export function showHistory({
  occurredAt,
  actor,
  action,
  data,
}: Selectable<Database['auditEntry']>): Entry {
  const { state, previousState } = data as Pick<Entry, 'state' | 'previousState'>
  return {
    at: occurredAt.toISOString(),
    ...{ actor, action },
    ...(state !== undefined && { state }),
    ...(previousState !== undefined && { previousState }),
  }
}
