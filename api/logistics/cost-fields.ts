import { z } from '@hono/zod-openapi'
import type { CostTotal, DeliveryCosts } from '../../db/logistics/delivery-costs.ts'
import { Instant, PageQuery, pageOf } from '../openapi.ts'
import { CarrierField } from './point-view.ts'

const Money = z.object({ amount: z.int(), currency: z.string().openapi({ example: 'RUB' }) })

const CostEntry = z.object({
  attemptId: z.string(),
  carrier: CarrierField,
  kind: z.enum(['delivery', 'loser', 'cancellation', 'claim']).openapi({
    description:
      'Of the booking that lived, of one that was given up, of giving it up; or what its carrier owes for being late, or for a parcel that was lost: below nothing',
    example: 'delivery',
  }),
  expected: Money,
  actual: Money.optional().openapi({ description: 'Once the carrier has told it' }),
  settledAt: Instant.optional(),
})
export const DeliveryCost = z
  .object({
    deliveryId: z.string(),
    orderId: z.string().openapi({ example: '1017' }),
    sellerId: z.string(),
    entries: z.array(CostEntry),
  })
  .openapi('DeliveryCost')
const CostTotalField = z
  .object({
    expected: Money,
    actual: Money,
    difference: Money.openapi({ description: 'Actual less expected, of what is settled' }),
    unsettled: z.int().openapi({ description: 'Entries that no carrier has told of', example: 3 }),
  })
  .openapi('DeliveryCostTotal')

export const CostsQuery = PageQuery.extend({
  settled: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .openapi({ description: 'Carriers have told what all of it cost', example: 'false' }),
  from: Instant.optional().openapi({ description: 'The delivery was started then or later' }),
  to: Instant.optional().openapi({ description: 'The delivery was started before' }),
})
export const CostsPosition = z.tuple([z.string().regex(/^\d{1,18}$/), z.uuid()])

export const CostsPage = pageOf(DeliveryCost)
  .extend({
    totals: z.array(CostTotalField).openapi({ description: 'Of all pages, by currency' }),
  })
  .openapi('DeliveryCosts')

const money = (minor: string, currency: string) => ({ amount: Number(minor), currency })

export const showCosts = (
  row: Omit<DeliveryCosts, 'createdAtMicros'>,
): z.infer<typeof DeliveryCost> => ({
  ...{ deliveryId: row.id, orderId: row.orderId, sellerId: row.sellerId },
  entries: row.entries.map((entry) => ({
    ...{ attemptId: entry.attemptId, carrier: entry.carrier, kind: entry.kind },
    expected: money(entry.expectedMinor, entry.currency),
    ...(entry.actualMinor !== null && { actual: money(entry.actualMinor, entry.currency) }),
    ...(entry.settledAt && { settledAt: entry.settledAt.toISOString() }),
  })),
})

export const showTotal = (row: CostTotal): z.infer<typeof CostTotalField> => ({
  expected: money(row.expectedMinor, row.currency),
  actual: money(row.actualMinor, row.currency),
  difference: money(row.differenceMinor, row.currency),
  unsettled: Number(row.unsettled),
})
