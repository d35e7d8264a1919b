import { ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client'
import { ensureSchedule, type Schedules } from '../activities/integrations/schedules.ts'
import { ensureSearchAttributes } from '../clients/search-attributes.ts'
import { connectTemporal } from '../clients/temporal.ts'
import { readConfigOrExit } from '../config.ts'
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
import { integrationsQueue } from '../contracts/integrations.ts'
import { sweepWebhookLog, webhookLogScheduleId } from '../contracts/webhooks.ts'

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
]

/** Makes each of them exactly so; harmless when repeated. */
export async function ensureSchedules(client: Schedules): Promise<string[]> {
  for (const schedule of schedules) await ensureSchedule(client, schedule)
  return schedules.map(({ scheduleId }) => scheduleId)
}

if (import.meta.main) {
  const config = readConfigOrExit('schedules')
  const temporal = connectTemporal(config)
  await ensureSearchAttributes(
    temporal.connection,
    config.TEMPORAL_NAMESPACE,
    Object.values(orderSearchAttributes),
  )
  console.log(`scheduled: ${(await ensureSchedules(temporal.client.schedule)).join(', ')}`)
  await temporal.close()
}
