import type { z } from '@hono/zod-openapi'
import type { Kysely, Transaction } from 'kysely'
import { randomUUID } from 'node:crypto'
import type { SecretBox } from '../../clients/secret-box.ts'
import { currentTraceParent } from '../../clients/tracing.ts'
import { newWebhookSecret } from '../../clients/webhook-signature.ts'
import type { Database } from '../../db/database.ts'
import { appendEvent } from '../../db/events.ts'
import {
  countWebhookEndpoints,
  findWebhookEndpoint,
  insertWebhookEndpoint,
  lockWebhookEndpoint,
  releaseMessages,
  updateWebhookEndpoint,
  type WebhookEndpoint,
} from '../../db/integrations/webhooks/endpoints.ts'
import {
  giveUpMessages,
  insertTestMessage,
  type WebhookMessage,
} from '../../db/integrations/webhooks/messages.ts'
import type { KeptSecret } from '../../db/integrations/webhooks/tables.ts'
import { asSeller } from '../../db/tenancy.ts'
import { TEST_EVENT } from '../../domain/integrations/webhooks/event-types.ts'
import { messageBody } from '../../domain/integrations/webhooks/message-body.ts'
import type { WebhookVersion } from '../../domain/integrations/webhooks/event-types.ts'
import { audit } from '../audit.ts'
import type { Text } from '../language.ts'
import { notFound, Problem } from '../problem.ts'
import type { NewWebhookEndpoint, WebhookEndpointChange } from './endpoint-fields.ts'

type Trx = Transaction<Database>
type Made = { row: WebhookEndpoint; secret: string }

const MOST_ENDPOINTS = 50
/** More would make the header of signatures long for nothing. */
const MOST_SECRETS = 3
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Temporal is not called from here: each change leaves an event, by which the relay wakes the deliverer. */
export async function createEndpoint(
  trx: Trx,
  secrets: SecretBox,
  sellerId: string,
  wanted: z.output<typeof NewWebhookEndpoint>,
): Promise<Made> {
  if ((await countWebhookEndpoints(trx)) >= MOST_ENDPOINTS)
    throw new Problem('conflict', { detail: TOO_MANY })
  const id = randomUUID()
  const secret = newWebhookSecret()
  const kept: KeptSecret[] = [{ sealed: secrets.seal(secret, id), expiresAt: null }]
  const row = await insertWebhookEndpoint(trx, {
    ...{ id, sellerId, ...wanted },
    secrets: JSON.stringify(kept),
  })
  await record(trx, id, 'created')
  return { row, secret }
}

export async function changeEndpoint(
  trx: Trx,
  endpointId: string,
  { state, ...changes }: z.output<typeof WebhookEndpointChange>,
): Promise<WebhookEndpoint | undefined> {
  const before = await lockWebhookEndpoint(trx, endpointId)
  if (!before) return undefined
  const isAnew = state === 'active' || changes.url !== undefined
  const row = await updateWebhookEndpoint(trx, endpointId, {
    ...changes,
    ...(state && { state, disabledReason: null, disabledAt: null }),
    ...(isAnew && FORGIVEN),
  })
  if (isAnew) await releaseMessages(trx, endpointId)
  await tellDeliverer(trx, row)
  await record(trx, endpointId, 'changed', state && { state })
  return row
}

/** What another address answered, or this one before it was mended, tells nothing of now. */
const FORGIVEN = { failures: 0, failingSince: null, openings: 0, heldUntil: null }

/** Its address, secrets and waiting messages are no more; the log stays for its time. */
export async function deleteEndpoint(
  trx: Trx,
  endpointId: string,
): Promise<WebhookEndpoint | undefined> {
  const before = await lockWebhookEndpoint(trx, endpointId)
  if (!before) return undefined
  await giveUpMessages(trx, endpointId)
  const row = await updateWebhookEndpoint(trx, endpointId, {
    deletedAt: new Date(),
    secrets: JSON.stringify([]),
  })
  await tellDeliverer(trx, row)
  await record(trx, endpointId, 'deleted')
  return row
}

/** The new secret signs from now on; those before it sign along until their time is over. */
export async function rotateSecret(
  trx: Trx,
  secrets: SecretBox,
  endpointId: string,
  overlapHours: number,
): Promise<Made | undefined> {
  const before = await lockWebhookEndpoint(trx, endpointId)
  if (!before) return undefined
  const secret = newWebhookSecret()
  const ends = new Date(Date.now() + overlapHours * 3_600_000).toISOString()
  const older = before.secrets
    .map(({ sealed, expiresAt }) => ({ sealed, expiresAt: earlier(expiresAt, ends) }))
    .filter(({ expiresAt }) => new Date(expiresAt) > new Date())
  const kept: KeptSecret[] = [
    { sealed: secrets.seal(secret, endpointId), expiresAt: null },
    ...older.slice(0, MOST_SECRETS - 1),
  ]
  const row = await updateWebhookEndpoint(trx, endpointId, { secrets: JSON.stringify(kept) })
  await record(trx, endpointId, 'secret_rotated', { overlapHours })
  return { row, secret }
}

const earlier = (one: string | null, other: string) => (one !== null && one < other ? one : other)

export async function sendTest(trx: Trx, endpointId: string): Promise<WebhookMessage | undefined> {
  const row = await findWebhookEndpoint(trx, endpointId)
  if (!row) return undefined
  if (row.state !== 'active') throw notActive()
  const { type } = TEST_EVENT
  const body = messageBody(
    { type, occurredAt: new Date(), data: { endpointId } },
    row.apiVersion as WebhookVersion,
  )
  const message = await insertTestMessage(trx, row, { type, body })
  await tellWaiting(trx, row)
  await record(trx, endpointId, 'test_requested', { messageId: message.id })
  return message
}

/** Without addresses: they may hold a secret of the seller's. */
export const record = (trx: Trx, endpointId: string, what: string, data: object = {}) =>
  audit(trx, {
    action: `webhook-endpoint.${what}`,
    subject: `webhook-endpoint:${endpointId}`,
    data,
  })

export const notActive = () => new Problem('conflict', { detail: NOT_ACTIVE })

const tellDeliverer = (trx: Trx, row: WebhookEndpoint) => tell(trx, row, 'webhook-endpoint.changed')

export const tellWaiting = (trx: Trx, row: Pick<WebhookEndpoint, 'id' | 'sellerId'>) =>
  tell(trx, row, 'webhook-endpoint.messages-waiting')

const tell = (trx: Trx, { id, sellerId }: Pick<WebhookEndpoint, 'id' | 'sellerId'>, type: string) =>
  appendEvent(trx, {
    ...{ sellerId, type },
    subject: `webhook-endpoint:${id}`,
    data: { endpointId: id },
    traceParent: currentTraceParent() ?? null,
  })

/** Does `work` as the seller, if there can be such an endpoint at all. @throws {Problem} `not-found` */
export const withEndpoint = <T>(
  seller: Kysely<Database>,
  sellerId: string,
  id: string,
  work: (trx: Trx) => Promise<T | undefined>,
): Promise<T> =>
  asSeller(seller, sellerId, async (trx) => {
    const found = UUID.test(id) ? await work(trx) : undefined
    if (found === undefined) throw notFound()
    return found
  })

const TOO_MANY: Text = {
  ru: `Адресов для вебхуков не больше ${MOST_ENDPOINTS}: удалите лишние.`,
  en: `There may be ${MOST_ENDPOINTS} webhook endpoints at most: remove some.`,
}
const NOT_ACTIVE: Text = {
  ru: 'Адрес приостановлен или отключён: сначала включите его.',
  en: 'The endpoint is paused or disabled: make it active first.',
}
