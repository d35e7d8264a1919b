import { z } from '@hono/zod-openapi'
import { deliveryWorkflowId } from '../../contracts/logistics.ts'
import type { DeliveryRow } from '../../db/logistics/deliveries.ts'
import { COMPENSATION_REASONS } from '../../domain/logistics/compensation.ts'
import { isAwaited, REPLAN_REASONS } from '../../domain/logistics/replan.ts'
import { TRACKING_STATUSES } from '../../domain/logistics/tracking-status.ts'
import { CarrierField } from '../logistics/point-view.ts'
import { Instant } from '../openapi.ts'

const PHASES = [
  'planning',
  'booking',
  'booked',
  'handed-over',
  'waiting',
  'delivered',
  'returned',
  'lost',
  'cancelled',
  'failed',
] as const

/** Where its carrier says that it is or, before that, where it is for us. */
export const DeliveryStateField = z
  .enum([...new Set([...PHASES, ...TRACKING_STATUSES])])
  .openapi({ example: 'in-transit' })

const Reason = z.string().openapi({ example: 'timeout' })

export const Delivery = z
  .object({
    id: z.string(),
    workflowId: z.string().openapi({ description: 'Findable in the Temporal UI.' }),
    orderId: z.string().openapi({ example: '81' }),
    state: DeliveryStateField,
    phase: z.enum(PHASES).openapi({ example: 'handed-over' }),
    reason: z.string().optional().openapi({ example: 'recipient-absent' }),
    carrier: CarrierField.optional(),
    service: z.string().optional().openapi({ example: '136' }),
    trackingNumber: z.string().optional().openapi({ example: '1106203491' }),
    pickupPointId: z.string().optional().openapi({ example: 'cdek:MSK123' }),
    promise: z
      .object({ earliest: Instant, latest: Instant })
      .optional()
      .openapi({ description: 'As the buyer was told; it does not move' }),
    eta: Instant.optional().openapi({ description: 'As the carrier expects it now' }),
    replanned: z
      .object({
        expectedBy: Instant,
        why: z.enum(REPLAN_REASONS).openapi({ example: 'late' }),
        at: Instant,
      })
      .optional()
      .openapi({
        description: 'What the buyer is told instead of the promise, while it is awaited',
      }),
    storedUntil: Instant.optional().openapi({ description: 'How long the pickup point keeps it' }),
    late: z.boolean(),
    isLive: z.boolean().openapi({
      description: 'As its workflow says at this moment; otherwise as it was last written down',
    }),
    failovers: z.int().openapi({ description: 'Carriers that were given up', example: 0 }),
    attempts: z.array(
      z.object({
        id: z.string(),
        carrier: CarrierField,
        service: z.string().openapi({ example: '136' }),
        state: z
          .enum([
            'asked',
            'pending',
            'booked',
            'unknown',
            'cancelling',
            'rejected',
            'absent',
            'cancelled',
            'woken',
            'loose',
          ])
          .openapi({ example: 'booked' }),
        price: z.object({ amount: z.int(), currency: z.string().openapi({ example: 'RUB' }) }),
        trackingNumber: z.string().optional().openapi({ example: '1106203491' }),
        bookedAt: Instant.optional(),
        endedAt: Instant.optional(),
        reason: Reason.optional(),
      }),
    ),
    timeline: z.array(
      z.object({
        at: Instant,
        status: z.enum(TRACKING_STATUSES).openapi({ example: 'in-transit' }),
        reason: Reason.optional(),
        carrier: CarrierField,
        rawCode: z
          .string()
          .openapi({ description: 'As the carrier says it', example: 'SENT_TO_RECIPIENT_CITY' }),
        place: z.string().optional().openapi({ example: 'Москва' }),
      }),
    ),
    compensations: z
      .array(
        z.object({
          id: z.string().openapi({ example: '12' }),
          reason: z.enum(COMPENSATION_REASONS).openapi({ example: 'late' }),
          amount: z
            .object({ amount: z.int(), currency: z.string().openapi({ example: 'RUB' }) })
            .openapi({ description: 'Below nothing where it corrects those before' }),
          daysLate: z.int().optional().openapi({ example: 2 }),
          at: Instant,
        }),
      )
      .openapi({ description: 'What is due for it by its SLA policy; nothing is paid here' }),
    hasLabel: z.boolean().openapi({ description: 'Whether `…/label` has it' }),
    trackUrl: z.string().openapi({
      description: 'For the buyer: whoever has the address sees where it is',
      example: 'https://api.example/track/AZnwonwefEx-nQo7fy9vXRGkXJ8ZkJZ0y1m7yq0PqkQ',
    }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Delivery')
export type Delivery = z.infer<typeof Delivery>

export function showDelivery(row: DeliveryRow, trackUrl: string): Delivery {
  const { promiseEarliest, promiseLatest, liveAttemptId } = row
  return {
    id: row.id,
    workflowId: deliveryWorkflowId(row.id),
    orderId: row.orderId,
    state: row.status ?? row.phase,
    phase: row.phase,
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.carrier !== null && { carrier: row.carrier }),
    ...(row.service !== null && { service: row.service }),
    ...(row.trackingNumber !== null && { trackingNumber: row.trackingNumber }),
    ...(row.pointCode !== null && { pickupPointId: `${row.pointCarrier}:${row.pointCode}` }),
    ...(promiseEarliest &&
      promiseLatest && {
        promise: { earliest: promiseEarliest.toISOString(), latest: promiseLatest.toISOString() },
      }),
    ...instants({ eta: row.eta, storedUntil: row.storedUntil }),
    ...replannedOf(row),
    late: row.isLate,
    isLive: false,
    failovers: row.failovers,
    attempts: row.attempts.map((attempt) => ({
      ...{ id: attempt.id, carrier: attempt.carrier, service: attempt.service },
      state: attempt.state,
      price: { amount: Number(attempt.priceMinor), currency: attempt.currency },
      ...(attempt.trackingNumber !== null && { trackingNumber: attempt.trackingNumber }),
      ...instants({ bookedAt: attempt.bookedAt, endedAt: attempt.settledAt }),
      ...reasonOf(attempt.reasonCode ?? attempt.givenUpFor),
    })),
    timeline: row.timeline.map(({ occurredAt, status, reason, carrier, rawCode, place }) => ({
      ...{ at: occurredAt.toISOString(), status, carrier, rawCode },
      ...reasonOf(reason),
      ...(place !== null && { place }),
    })),
    compensations: row.compensations.map((entry) => ({
      ...{ id: entry.id, reason: entry.reason, at: entry.createdAt.toISOString() },
      amount: { amount: Number(entry.amountMinor), currency: entry.currency },
      ...(entry.daysLate !== null && { daysLate: entry.daysLate }),
    })),
    hasLabel: row.attempts.some(({ id, labelKey }) => id === liveAttemptId && labelKey !== null),
    trackUrl,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}

function replannedOf({ status, expectedBy, replannedAt, replannedWhy: why }: DeliveryRow) {
  if (!expectedBy || !replannedAt || !why || !status || !isAwaited(status)) return {}
  return {
    replanned: { expectedBy: expectedBy.toISOString(), why, at: replannedAt.toISOString() },
  }
}

const reasonOf = (reason: string | null) => (reason === null ? {} : { reason })

const instants = <Name extends string>(dates: Record<Name, Date | null>) =>
  Object.fromEntries(
    Object.entries<Date | null>(dates).flatMap(([name, at]) =>
      at ? [[name, at.toISOString()]] : [],
    ),
  ) as { [N in Name]?: string }
