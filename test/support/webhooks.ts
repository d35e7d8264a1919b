import { MockActivityEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http'
import type { Insertable, Kysely } from 'kysely'
import type { Resumption } from '../../activities/integrations/deliver-endpoint.ts'
import { tellEndpoints } from '../../activities/integrations/webhook-consequences.ts'
import type { WebhooksActivities } from '../../activities/integrations/webhooks.ts'
import { createSecretBox } from '../../clients/secret-box.ts'
import { newWebhookSecret } from '../../clients/webhook-signature.ts'
import type { Database } from '../../db/database.ts'
import { appendEvent, type Event } from '../../db/events.ts'
import { NEWEST_VERSION } from '../../domain/integrations/webhooks/event-types.ts'
import { SECRETS_KEY } from './processes.ts'

export const secretBox = createSecretBox([SECRETS_KEY])

export type TestEndpoint = { id: string; sellerId: string; secret: string }

/** An endpoint that wants everything, as `POST /v1/webhook-endpoints` leaves it. */
export async function createEndpoint(
  db: Kysely<Database>,
  sellerId: string,
  wanted: { url: string } & Partial<Insertable<Database['webhookEndpoint']>>,
): Promise<TestEndpoint> {
  const id = randomUUID()
  const secret = newWebhookSecret()
  await db
    .insertInto('webhookEndpoint')
    .values({
      ...{ id, sellerId, eventTypes: ['*'], apiVersion: NEWEST_VERSION },
      secrets: JSON.stringify([{ sealed: secretBox.seal(secret, id), expiresAt: null }]),
      ...wanted,
    })
    .execute()
  return { id, sellerId, secret }
}

/** So many changes of each of these orders have happened, one order's after another's by turns. */
export async function happen(
  db: Kysely<Database>,
  sellerId: string,
  {
    orders,
    each = 1,
    type = 'order.status_changed',
  }: { orders: string[]; each?: number; type?: string },
): Promise<Event[]> {
  const before = await newestEventId(db)
  for (let change = 1; change <= each; change++)
    for (const orderId of orders)
      await appendEvent(db, {
        ...{ sellerId, type },
        subject: `order:${orderId}`,
        data: { orderId, number: orderId, shopId: '1', state: 'confirmed', change },
        traceParent: null,
      })
  return db.selectFrom('event').selectAll().where('id', '>', before).orderBy('id').execute()
}

const newestEventId = async (db: Kysely<Database>) =>
  (await db.selectFrom('event').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst())
    ?.id ?? '0'

/** What the relay does with them; gives the ids of the workflows that were woken. */
export async function relay(system: Kysely<Database>, events: readonly Event[]): Promise<string[]> {
  const woken: string[] = []
  const signalWithStart = async (_type: unknown, { workflowId }: { workflowId: string }) =>
    void woken.push(workflowId)
  const workflows = { signalWithStart } as never
  await tellEndpoints({ system, workflows }, events)
  return woken
}

/** One activity of the endpoint's workflow. */
export const deliverDue = (
  activities: WebhooksActivities,
  endpointId: string,
): Promise<Resumption> => new MockActivityEnvironment().run(activities.deliverDue, { endpointId })

export type Received = {
  at: number
  headers: IncomingHttpHeaders
  body: string
  order: string
  change: number
}

export type Receiver = {
  received: Received[]
  /** What is answered from now on: 204 unless said otherwise. */
  respond: (received: Received, response: ServerResponse) => void
  listener: RequestListener
}

/** Keeps what came, in the order in which it came. */
export function createReceiver(): Receiver {
  const receiver: Receiver = {
    received: [],
    respond: (_received, response) => void response.writeHead(204).end(),
    listener: (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        const { data } = JSON.parse(body) as { data: { orderId?: string; change?: number } }
        const received: Received = {
          ...{ at: Date.now(), headers: request.headers, body },
          order: data.orderId ?? '',
          change: data.change ?? 0,
        }
        receiver.received.push(received)
        receiver.respond(received, response)
      })
    },
  }
  return receiver
}
