import type { z } from '@hono/zod-openapi'
import { WorkflowExecutionAlreadyStartedError, type WorkflowClient } from '@temporalio/client'
import type { Kysely } from 'kysely'
import { randomUUID } from 'node:crypto'
import type { Logger } from '../../clients/logger.ts'
import { currentTraceParent } from '../../clients/tracing.ts'
import {
  deliverOrder,
  deliveryWorkflowId,
  logisticsQueue,
  type DeliverOrder,
  type NewPoint,
} from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import { requestDelivery } from '../../db/logistics/request-delivery.ts'
import {
  findShipment,
  findShipmentOfOrder,
  type ShipmentRow,
} from '../../db/logistics/shipments.ts'
import { lockOrder, type OrderRow } from '../../db/orders/orders.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { Caller } from '../auth.ts'
import { digestOf } from '../digest.ts'
import { idempotently, sameRequest } from '../idempotency.ts'
import { notFound, Problem } from '../problem.ts'
import type { NewDelivery } from './delivery-fields.ts'
import { parcelOf, pointOf, warehouseOf } from './what-is-sent.ts'

export type StartDeliveryDeps = {
  seller: Kysely<Database>
  workflows: Pick<WorkflowClient, 'start' | 'withDeadline'>
  log: Pick<Logger, 'warn'>
}
export type StartDelivery = {
  caller: Pick<Caller, 'sellerId' | 'keyId'>
  orderId: string
  idempotencyKey: string | undefined
  wanted: z.output<typeof NewDelivery>
}

const STARTED_WITHIN_MS = 1_000

/**
 * Has an order delivered: its shipment with the event by which the relay starts the workflow, and a start as a shortcut.
 * @throws {Problem} `conflict` for an order that is not confirmed or is over, for a second start, with the first one's
 *   `Location`, and where nobody has said how carriers find the warehouse; `validation-failed` when nothing says what it weighs
 */
export async function startDelivery(
  deps: StartDeliveryDeps,
  { caller: { sellerId, keyId }, orderId, idempotencyKey, wanted }: StartDelivery,
): Promise<ShipmentRow> {
  const { seller } = deps
  const fingerprint = digestOf(JSON.stringify(['POST', 'order-delivery', orderId, wanted]))
  const shipment = await idempotently(seller, {
    ...{ sellerId, key: idempotencyKey },
    again: async (kept) => {
      const { deliveryId } = sameRequest(kept, fingerprint).body as { deliveryId: string }
      const row = await asSeller(seller, sellerId, (trx) => findShipment(trx, deliveryId))
      if (!row) throw notFound()
      return row
    },
    first: (keep) =>
      asSeller(seller, sellerId, async (trx) => {
        // Two starts for one order come one after the other.
        const order = await lockOrder(trx, orderId)
        if (!order) throw notFound()
        const before = await findShipmentOfOrder(trx, orderId)
        if (before) throw startedBefore(before.id)
        if (order.state !== 'confirmed' && order.state !== 'assembling') throw notNow(order)
        const parcels = wanted.parcels ?? [await parcelOf(trx, order)]
        const made = await requestDelivery(
          trx,
          order,
          {
            id: randomUUID(),
            warehouseId: await warehouseOf(trx, order),
            ...{ parcels, readyAt: new Date() },
            ...shipmentPoint(await pointOf(trx, order, { point: wanted.point, parcels })),
          },
          { actor: `key:${keyId}`, traceParent: currentTraceParent() ?? null },
        )
        await keep(trx, { fingerprint, status: 202, body: { deliveryId: made.id } })
        return made
      }),
  })
  await startWorkflow(deps, shipment.id)
  return shipment
}

/** A shortcut that never fails: when Temporal is slow or away, `relayEvents` starts it by the delivery's event. */
async function startWorkflow({ workflows, log }: StartDeliveryDeps, shipmentId: string) {
  try {
    await workflows.withDeadline(Date.now() + STARTED_WITHIN_MS, () =>
      workflows.start<DeliverOrder>(deliverOrder, {
        workflowId: deliveryWorkflowId(shipmentId),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        taskQueue: logisticsQueue,
        args: [{ shipmentId }],
      }),
    )
  } catch (err) {
    if (!(err instanceof WorkflowExecutionAlreadyStartedError))
      log.warn({ err, shipmentId }, 'the delivery waits for the relay')
  }
}

const shipmentPoint = (point: NewPoint | undefined) =>
  point && {
    point: { pointCarrier: point.carrier, pointCode: point.code, pointKind: point.kind },
  }

const startedBefore = (deliveryId: string) =>
  new Problem('conflict', {
    detail: {
      ru: 'Доставка этого заказа уже начата; её адрес в заголовке Location.',
      en: 'This order has a delivery already; its address is in the Location header.',
    },
    headers: { Location: `/v1/deliveries/${deliveryId}` },
    extensions: { deliveryId },
  })

const notNow = ({ state }: OrderRow) =>
  new Problem('conflict', {
    detail: {
      ru: `Заказ в состоянии ${state}; доставляют подтверждённые: confirmed, assembling.`,
      en: `The order is ${state}; what is delivered is confirmed or assembling.`,
    },
  })
