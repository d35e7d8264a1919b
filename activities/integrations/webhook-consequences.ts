import type { WorkflowClient } from '@temporalio/client'
import type { Kysely } from 'kysely'
import { integrationsQueue } from '../../contracts/integrations.ts'
import {
  deliverWebhooks,
  webhooksWaiting,
  webhooksWorkflowId,
  type DeliverWebhooks,
} from '../../contracts/webhooks.ts'
import type { Database } from '../../db/database.ts'
import type { Event } from '../../db/events.ts'
import {
  listSubscriptions,
  listUnattended,
  writeMessages,
  type NewMessage,
} from '../../db/integrations/webhooks/write-messages.ts'
import {
  isSubscribed,
  isWebhookEvent,
  type WebhookVersion,
} from '../../domain/integrations/webhooks/event-types.ts'
import { messageBody } from '../../domain/integrations/webhooks/message-body.ts'
import type { Consequences } from './relay.ts'

export type WebhookConsequencesDeps = {
  system: Kysely<Database>
  workflows: Pick<WorkflowClient, 'signalWithStart'>
}

/** An endpoint was made, changed or is to be sent something again. */
export const webhookConsequences = ({ workflows }: WebhookConsequencesDeps): Consequences => {
  const wake = ({ data }: Event) =>
    wakeDeliverer(workflows, (data as { endpointId: string }).endpointId)
  return { 'webhook-endpoint.changed': wake, 'webhook-endpoint.messages-waiting': wake }
}

/**
 * Writes what a page of events has to tell the endpoints, one message for each that wants it, and wakes those that
 * nobody attends to, each once. As often as one likes.
 */
export async function tellEndpoints(
  { system, workflows }: WebhookConsequencesDeps,
  events: readonly Event[],
): Promise<void> {
  const telling = events.filter(({ type, sellerId }) => sellerId !== null && isWebhookEvent(type))
  if (telling.length === 0) return
  const sellerIds = [...new Set(telling.map(({ sellerId }) => sellerId!))]
  const subscriptions = Map.groupBy(
    await listSubscriptions(system, sellerIds),
    ({ sellerId }) => sellerId,
  )
  const messages = telling.flatMap((event) =>
    (subscriptions.get(event.sellerId!) ?? [])
      .filter(({ eventTypes }) => isSubscribed(eventTypes, event.type))
      // Told of itself, an endpoint that fails would fail at that too.
      .filter(({ endpointId }) => event.subject !== `webhook-endpoint:${endpointId}`)
      .map(({ endpointId, sellerId, apiVersion }): NewMessage => ({
        ...{ endpointId, sellerId },
        eventId: event.id,
        type: event.type,
        subject: event.subject,
        body: messageBody(event, apiVersion as WebhookVersion),
      })),
  )
  if (messages.length === 0) return
  await writeMessages(system, messages)
  const told = [...new Set(messages.map(({ endpointId }) => endpointId))]
  const unattended = await listUnattended(system, told)
  await Promise.all(unattended.map((endpointId) => wakeDeliverer(workflows, endpointId)))
}

/** Starts the endpoint's workflow, or tells the one that runs. */
export const wakeDeliverer = (
  workflows: Pick<WorkflowClient, 'signalWithStart'>,
  endpointId: string,
) =>
  workflows
    .signalWithStart<DeliverWebhooks>(deliverWebhooks, {
      workflowId: webhooksWorkflowId(endpointId),
      taskQueue: integrationsQueue,
      args: [{ endpointId }],
      signal: webhooksWaiting,
    })
    .then(() => {})
