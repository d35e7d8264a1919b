import { defineSignal } from '@temporalio/workflow'

/** Deliveries wait for sellers' servers: their activities have a queue of their own, with many slots. */
export const webhooksQueue = 'webhooks'

export const webhooksWorkflowId = (endpointId: string) => `webhooks:${endpointId}`
export const webhookLogScheduleId = 'webhook-log'

/** Workflow types by name: callers start them without importing their code. */
export const deliverWebhooks = 'deliverWebhooks'
export const sweepWebhookLog = 'sweepWebhookLog'

export type DeliverWebhooksInput = { endpointId: string }
export type DeliverWebhooks = (input: DeliverWebhooksInput) => Promise<void>
export type SweepWebhookLog = () => Promise<void>

/** There may be something to deliver, or the endpoint was changed. */
export const webhooksWaiting = defineSignal('webhooksWaiting')
