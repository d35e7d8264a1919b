import { ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client'
import { ensureSchedule, type Schedules } from '../activities/integrations/schedules.ts'
import { ensureSearchAttributes } from '../clients/search-attributes.ts'
import { connectTemporal } from '../clients/temporal.ts'
import { readConfigOrExit } from '../config.ts'
import { deliverySearchAttributes } from '../contracts/logistics.ts'
import { orderSearchAttributes } from '../contracts/orders.ts'
import {
  checkDrift,
  driftScheduleId,
  keepCacheWarm,
  popularityScheduleId,
  popularityWorkflowId,
  rankGoods,
  refreshSuggestions,
  storefrontQueue,
  suggestionsScheduleId,
  suggestionsWorkflowId,
  warmUpScheduleId,
  type CheckDriftInput,
} from '../contracts/storefront.ts'
import {
  carriersWithPoints,
  pickupPointsQueue,
  pointsScheduleId,
  pointsSyncWorkflowId,
  syncPickupPoints,
  type PointsSyncScope,
  type SyncPickupPointsInput,
} from '../contracts/pickup-points.ts'
import type { CarrierId } from '../contracts/logistics.ts'
import { integrationsQueue } from '../contracts/integrations.ts'
import { sweepWebhookLog, webhookLogScheduleId } from '../contracts/webhooks.ts'

/** Of all domains; both orders and deliveries have a state, so that their names alone tell them apart. */
export const searchAttributes = [
  ...Object.values(orderSearchAttributes),
  ...Object.values(deliverySearchAttributes),
]

/** What happens again and again by itself, in the whole marketplace. */
const schedules: ScheduleOptions[] = [
  {
    scheduleId: driftScheduleId,
    spec: { intervals: [{ every: '10 minutes' }] },
    action: {
      type: 'startWorkflow',
      workflowType: checkDrift,
      workflowId: driftScheduleId,
      taskQueue: storefrontQueue,
      args: [{}] as [CheckDriftInput],
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
  },
  {
    scheduleId: suggestionsScheduleId,
    spec: { intervals: [{ every: '5 minutes' }] },
    action: {
      type: 'startWorkflow',
      workflowType: refreshSuggestions,
      workflowId: suggestionsWorkflowId,
      taskQueue: storefrontQueue,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    state: { triggerImmediately: true },
  },
  {
    scheduleId: warmUpScheduleId,
    spec: { intervals: [{ every: '10 minutes', offset: '5 minutes' }] },
    action: {
      type: 'startWorkflow',
      workflowType: keepCacheWarm,
      workflowId: 'keep-cache-warm',
      taskQueue: storefrontQueue,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
  },
  {
    scheduleId: popularityScheduleId,
    spec: { intervals: [{ every: '1 hour' }] },
    action: {
      type: 'startWorkflow',
      workflowType: rankGoods,
      workflowId: popularityWorkflowId,
      taskQueue: storefrontQueue,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '10 minutes' },
  },
  {
    scheduleId: webhookLogScheduleId,
    spec: { intervals: [{ every: '10 minutes', offset: '3 minutes' }] },
    action: {
      type: 'startWorkflow',
      workflowType: sweepWebhookLog,
      workflowId: webhookLogScheduleId,
      taskQueue: integrationsQueue,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
  },
  ...carriersWithPoints.flatMap((carrier) => [
    {
      ...pointsSchedule(carrier, 'full'),
      spec: {
        calendars: [
          { hour: 1, minute: 17, comment: 'at night in all of Russia west of Krasnoyarsk' },
        ],
      },
      state: { triggerImmediately: true },
    },
    {
      ...pointsSchedule(carrier, 'states'),
      spec: { intervals: [{ every: '1 hour', offset: '41 minutes' }] },
    },
  ]),
]

function pointsSchedule(carrier: CarrierId, scope: PointsSyncScope) {
  return {
    scheduleId: pointsScheduleId(carrier, scope),
    action: {
      type: 'startWorkflow',
      workflowType: syncPickupPoints,
      workflowId: pointsSyncWorkflowId(carrier, scope),
      taskQueue: pickupPointsQueue,
      args: [{ carrier, scope }] as [SyncPickupPointsInput],
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 hour' },
  } satisfies Omit<ScheduleOptions, 'spec'>
}

/** Makes each of them exactly so; harmless when repeated. */
export async function ensureSchedules(client: Schedules): Promise<string[]> {
  for (const schedule of schedules) await ensureSchedule(client, schedule)
  return schedules.map(({ scheduleId }) => scheduleId)
}

if (import.meta.main) {
  const config = readConfigOrExit('schedules')
  const temporal = connectTemporal(config)
  await ensureSearchAttributes(temporal.connection, config.TEMPORAL_NAMESPACE, searchAttributes)
  console.log(`scheduled: ${(await ensureSchedules(temporal.client.schedule)).join(', ')}`)
  await temporal.close()
}
