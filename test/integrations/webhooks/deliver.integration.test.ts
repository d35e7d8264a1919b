import { sql } from 'kysely'
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createWebhooksActivities,
  type WebhooksActivities,
} from '../../../activities/integrations/webhooks.ts'
import { createOutbound } from '../../../clients/outbound/outbound.ts'
import { keyOfSecret, newWebhookSecret } from '../../../clients/webhook-signature.ts'
import { startOutside, type Outside } from '../../outbound/outside.ts'
import { createShop } from '../../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'
import {
  createEndpoint,
  createReceiver,
  deliverDue,
  happen,
  relay,
  secretBox,
  type Receiver,
  type TestEndpoint,
} from '../../support/webhooks.ts'

const outbound = createOutbound({ allowedPrivateNetworks: ['127.0.0.2/32'], connections: null })
let database: TestDatabase
let outside: Outside
let trap: Outside
let receiver: Receiver
let sellerId: string
let activities: WebhooksActivities
const warnings: object[] = []

beforeAll(async () => {
  database = await freshDatabase()
  outside = await startOutside('127.0.0.2')
  trap = await startOutside('127.0.0.1')
  activities = createWebhooksActivities({
    ...{ system: database.system.db, outbound, secrets: secretBox },
    log: { warn: ((entry: object) => void warnings.push(entry)) as never },
    lingerMs: 200,
  })
})
beforeEach(async () => {
  sellerId = (await createShop(database.owner.db)).sellerId
  receiver = createReceiver()
  outside.answer = (request, response) => receiver.listener(request, response)
})
afterAll(() => Promise.all([database.drop(), outside.close(), trap.close(), outbound.close()]))

const endpoint = (wanted: object = {}) =>
  createEndpoint(database.owner.db, sellerId, {
    url: `http://127.0.0.2:${outside.port}/hook`,
    ...wanted,
  })
const tell = async (orders: string[], each = 1) =>
  relay(database.system.db, await happen(database.owner.db, sellerId, { orders, each }))
const messages = () =>
  database.owner.db
    .selectFrom('webhookMessage')
    .selectAll()
    .where('sellerId', '=', sellerId)
    .orderBy('id')
    .execute()
const attempts = () =>
  database.owner.db
    .selectFrom('webhookAttempt')
    .selectAll()
    .where('sellerId', '=', sellerId)
    .orderBy('messageId')
    .orderBy('number')
    .execute()
const row = ({ id }: TestEndpoint) =>
  database.owner.db
    .selectFrom('webhookEndpoint')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
const change = ({ id }: TestEndpoint, values: object) =>
  database.owner.db.updateTable('webhookEndpoint').set(values).where('id', '=', id).execute()
/** As if so much time had gone by. */
const makeDue = () =>
  database.owner.db
    .updateTable('webhookMessage')
    .set({ dueAt: sql`now()` })
    .where('sellerId', '=', sellerId)
    .where('state', '=', 'pending')
    .execute()
const notices = async () => {
  const events = await database.owner.db
    .selectFrom('event')
    .select(['type', 'data'])
    .where('sellerId', '=', sellerId)
    .where('type', 'like', 'webhook-%')
    .orderBy('id')
    .execute()
  return events.map(({ type }) => type)
}
const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(n + 1))

describe('the relay', () => {
  it('writes one message for each endpoint that wants the event, and wakes each endpoint once', async () => {
    const all = await endpoint()
    const orders = await endpoint({ eventTypes: ['order.*'] })
    await endpoint({ eventTypes: ['import.completed'] })
    const events = await happen(database.owner.db, sellerId, { orders: ['1', '2'], each: 3 })
    const woken = await relay(database.system.db, events)
    expect(woken.toSorted()).toEqual([all, orders].map(({ id }) => `webhooks:${id}`).toSorted())
    expect(await messages()).toHaveLength(12)
    await relay(database.system.db, events)
    expect(await messages()).toHaveLength(12)
  })

  it('writes for one that is paused, deleted or another seller’s as it must: yes, no, no', async () => {
    const paused = await endpoint({ state: 'paused' })
    await endpoint({ deletedAt: new Date() })
    const stranger = await createShop(database.owner.db)
    await createEndpoint(database.owner.db, stranger.sellerId, { url: 'https://shop.example/' })
    expect(await tell(['1'])).toEqual([])
    const written = await database.owner.db.selectFrom('webhookMessage').selectAll().execute()
    expect(written.filter((one) => one.sellerId === stranger.sellerId)).toEqual([])
    expect((await messages()).map(({ endpointId }) => endpointId)).toEqual([paused.id])
  })

  it('does not wake one that is attended or held', async () => {
    const later = new Date(Date.now() + 60_000)
    await endpoint({ attendedUntil: later })
    await endpoint({ heldUntil: later })
    expect(await tell(['1'])).toEqual([])
    expect(await messages()).toHaveLength(2)
  })
})

describe('deliverDue', () => {
  it('delivers what is due, signed, and keeps what came of it', async () => {
    const target = await endpoint()
    await tell(['1', '2', '3'])
    receiver.respond = (_received, response) => void response.writeHead(201).end('thanks')
    expect(await deliverDue(activities, target.id)).toEqual({ resumeInMs: null })

    expect(receiver.received.map(({ order }) => order).toSorted()).toEqual(['1', '2', '3'])
    for (const { headers, body } of receiver.received) {
      const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
      const mac = createHmac('sha256', keyOfSecret(target.secret)).update(content).digest('base64')
      expect(headers['webhook-signature']).toBe(`v1,${mac}`)
      expect(Object.keys(JSON.parse(body) as object)).toEqual(['type', 'timestamp', 'data'])
    }
    for (const { state, attempts: tried, finishedAt } of await messages())
      expect({ state, tried, isOver: finishedAt !== null }).toEqual({
        ...{ state: 'delivered', tried: 1, isOver: true },
      })
    expect(await attempts()).toHaveLength(3)
    expect((await attempts())[0]).toMatchObject({ number: 1, status: 201, answer: 'thanks' })
    expect((await row(target)).attendedUntil).toBeNull()
    expect((await row(target)).lastSuccessAt).not.toBeNull()
  })

  it('takes along what comes shortly after, without being woken', async () => {
    const target = await endpoint()
    await tell(['1'])
    const delivering = deliverDue(activities, target.id)
    await until(() => receiver.received.length === 1)
    expect(await tell(['2'])).toEqual([])
    await until(() => receiver.received.length === 2)
    await delivering
  })

  it('tries again when it is time, under the same id, and gives up after the last', async () => {
    const target = await endpoint()
    await tell(['1'])
    receiver.respond = (_received, response) => void response.writeHead(500).end('broken')
    const waits: number[] = []
    for (let tries = 1; tries <= 10; tries++) {
      await makeDue()
      await change(target, { heldUntil: null, openings: 0, failures: 0 })
      const { resumeInMs } = await deliverDue(activities, target.id)
      if (resumeInMs !== null) waits.push(resumeInMs / 1_000)
    }
    const schedule = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
    expect(waits).toHaveLength(9)
    waits.forEach((wait, index) => {
      // Of it has passed what the activity lingered.
      expect(wait).toBeGreaterThan(schedule[index]! - 5)
      expect(wait).toBeLessThanOrEqual(schedule[index]! * 1.2)
    })
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(await messages()).toMatchObject([{ state: 'failed', attempts: 10 }])
    expect(await attempts()).toHaveLength(10)
    expect(await notices()).toEqual(['webhook-message.failed'])
  }, 60_000)

  it('keeps 16 kB of an answer without end, and does not wait for that end', async () => {
    const target = await endpoint()
    await tell(['1'])
    receiver.respond = (_received, response) => {
      const more = () => {
        while (!response.destroyed && response.write('я'.repeat(1_000)));
      }
      response.writeHead(200).on('drain', more)
      more()
    }
    await deliverDue(activities, target.id)
    const [kept] = await attempts()
    expect(kept!.status).toBe(200)
    expect(Buffer.byteLength(kept!.answer!)).toBeLessThanOrEqual(16_384)
    expect(kept!.answer!.length).toBeGreaterThan(8_000)
  })

  it('keeps an answer that is no text, with a null in it', async () => {
    const target = await endpoint()
    await tell(['1'])
    receiver.respond = (_received, response) =>
      void response
        .writeHead(200)
        .end(Buffer.concat([Buffer.alloc(9_000, 0xff), Buffer.alloc(9_000)]))
    await deliverDue(activities, target.id)
    expect(await messages()).toMatchObject([{ state: 'delivered' }])
    expect(Buffer.byteLength((await attempts())[0]!.answer!)).toBeLessThanOrEqual(16_384)
  })

  it('follows no redirect: it is a failure', async () => {
    const target = await endpoint()
    await tell(['1'])
    receiver.respond = (_received, response) =>
      void response.writeHead(307, { Location: `http://127.0.0.1:${trap.port}/` }).end()
    await deliverDue(activities, target.id)
    expect(await attempts()).toMatchObject([{ status: 307, problem: 'redirect' }])
    expect(await messages()).toMatchObject([{ state: 'pending' }])
    expect(trap.connections).toBe(0)
  })

  it('lets the whole endpoint rest when the receiver asks for it', async () => {
    const target = await endpoint({ concurrency: 1 })
    await tell(['1', '2'])
    receiver.respond = (_received, response) =>
      void response.writeHead(429, { 'Retry-After': '120' }).end()
    const { resumeInMs } = await deliverDue(activities, target.id)
    expect(receiver.received).toHaveLength(1)
    expect(resumeInMs).toBeGreaterThan(100_000)
    expect(resumeInMs).toBeLessThanOrEqual(120_000)
    const [tried, untried] = await messages()
    expect(tried!.dueAt.getTime() - Date.now()).toBeGreaterThan(100_000)
    expect(untried!.attempts).toBe(0)
  })

  it('disables an endpoint that says it is gone, with one notice to the others', async () => {
    const target = await endpoint({ concurrency: 8 })
    const other = await endpoint({ eventTypes: ['webhook-endpoint.*'] })
    await tell(numbers(20))
    receiver.respond = (_received, response) => void response.writeHead(410).end()
    expect(await deliverDue(activities, target.id)).toEqual({ resumeInMs: null })
    expect(receiver.received.length).toBeLessThanOrEqual(8)
    expect(await row(target)).toMatchObject({ state: 'disabled', disabledReason: 'gone' })
    expect(await notices()).toEqual(['webhook-endpoint.disabled'])

    const events = await database.owner.db
      .selectFrom('event')
      .selectAll()
      .where('sellerId', '=', sellerId)
      .where('type', '=', 'webhook-endpoint.disabled')
      .execute()
    await relay(database.system.db, events)
    const told = (await messages()).filter(({ type }) => type === 'webhook-endpoint.disabled')
    expect(told.map(({ endpointId }) => endpointId)).toEqual([other.id])
  })

  it('opens the breaker after ten failures, probes with one message, and closes it with a success', async () => {
    const target = await endpoint({ concurrency: 1 })
    await tell(numbers(30))
    receiver.respond = (_received, response) => void response.writeHead(503).end()
    const first = await deliverDue(activities, target.id)
    expect(receiver.received).toHaveLength(10)
    expect(first.resumeInMs).toBeGreaterThan(25_000)
    expect(first.resumeInMs).toBeLessThanOrEqual(36_000)
    expect(await row(target)).toMatchObject({ openings: 1, failures: 10 })

    await change(target, { heldUntil: null })
    const second = await deliverDue(activities, target.id)
    expect(receiver.received).toHaveLength(11)
    expect(second.resumeInMs).toBeGreaterThan(55_000)

    await change(target, { heldUntil: null })
    receiver.respond = (_received, response) => void response.writeHead(200).end()
    await deliverDue(activities, target.id)
    expect(await row(target)).toMatchObject({ openings: 0, failures: 0, failingSince: null })
    expect(receiver.received).toHaveLength(30)
    expect(await notices()).toEqual(['webhook-endpoint.failing', 'webhook-endpoint.recovered'])
  })

  it('disables an endpoint after five days of nothing but failures, and tells once', async () => {
    const fiveDaysAgo = new Date(Date.now() - 5 * 24 * 3_600_000)
    const target = await endpoint({ failures: 50, failingSince: fiveDaysAgo, openings: 7 })
    await tell(numbers(3))
    receiver.respond = (_received, response) => void response.writeHead(500).end()
    expect(await deliverDue(activities, target.id)).toEqual({ resumeInMs: null })
    expect(receiver.received).toHaveLength(1)
    expect(await row(target)).toMatchObject({ state: 'disabled', disabledReason: 'failing' })
    expect(await deliverDue(activities, target.id)).toEqual({ resumeInMs: null })
    expect(await notices()).toEqual(['webhook-endpoint.disabled'])
  })

  it('sends to nobody private whatever the row says', async () => {
    const target = await endpoint({ url: `http://127.0.0.1:${trap.port}/` })
    await tell(['1'])
    await deliverDue(activities, target.id)
    expect(await attempts()).toMatchObject([{ status: null, problem: 'blocked-address' }])
    expect(trap.connections).toBe(0)
  })

  it('signs with both secrets while one replaces the other, and with one afterwards', async () => {
    const target = await endpoint()
    const [newer, ended] = [newWebhookSecret(), newWebhookSecret()]
    const keep = (expiresAt: string | null, secret: string) => ({
      ...{ expiresAt, sealed: secretBox.seal(secret, target.id) },
    })
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
    const anHourAgo = new Date(Date.now() - 3_600_000).toISOString()
    const secrets = [keep(null, newer), keep(inAnHour, target.secret), keep(anHourAgo, ended)]
    await change(target, { secrets: JSON.stringify(secrets) })
    await tell(['1'])
    await deliverDue(activities, target.id)
    const { headers, body } = receiver.received[0]!
    const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const macOf = (secret: string) =>
      `v1,${createHmac('sha256', keyOfSecret(secret)).update(content).digest('base64')}`
    expect(headers['webhook-signature']).toBe(`${macOf(newer)} ${macOf(target.secret)}`)
  })

  it('obeys a pause within a second', async () => {
    const target = await endpoint({ concurrency: 1, ratePerSecond: 20 })
    await tell(numbers(200))
    const delivering = deliverDue(activities, target.id)
    await until(() => receiver.received.length > 0)
    await change(target, { state: 'paused', updatedAt: new Date() })
    expect(await delivering).toEqual({ resumeInMs: null })
    expect(receiver.received.length).toBeLessThan(60)
  })

  it('sends no faster than the endpoint’s rate, and no more at a time than its concurrency', async () => {
    const target = await endpoint({ concurrency: 3, ratePerSecond: 50 })
    await tell(numbers(60))
    let atOnce = 0
    let most = 0
    receiver.respond = (_received, response) => {
      most = Math.max(most, ++atOnce)
      setTimeout(() => {
        atOnce--
        response.writeHead(200).end()
      }, 5)
    }
    await deliverDue(activities, target.id)
    const times = receiver.received.map(({ at }) => at)
    expect(receiver.received).toHaveLength(60)
    // 60 at 50 a second, a burst of five apart, take a second and a tenth at least.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(1_000)
    expect(most).toBeLessThanOrEqual(3)
  })
})

describe('an endpoint in order', () => {
  const inOrder = () => endpoint({ ordering: 'per-order', concurrency: 16 })

  it('is told of each order in its order, of many orders at a time', async () => {
    const target = await inOrder()
    await tell(numbers(40), 5)
    receiver.respond = (_received, response) =>
      void setTimeout(() => response.writeHead(200).end(), Math.random() * 5)
    await deliverDue(activities, target.id)
    expect(receiver.received).toHaveLength(200)
    const byOrder = Map.groupBy(receiver.received, ({ order }) => order)
    for (const told of byOrder.values())
      expect(told.map((one) => one.change)).toEqual([1, 2, 3, 4, 5])
  })

  it('holds what comes after a failure of the same order alone, until it succeeds', async () => {
    const target = await inOrder()
    await tell(['1', '2', '3'], 3)
    const failing = (received: { order: string; change: number }) =>
      received.order === '2' && received.change === 2
    receiver.respond = (received, response) =>
      void response.writeHead(failing(received) ? 500 : 200).end()
    const { resumeInMs } = await deliverDue(activities, target.id)
    expect(resumeInMs).toBeGreaterThan(3_000)
    const changesOf = (order: string) =>
      receiver.received.filter((one) => one.order === order).map((one) => one.change)
    expect([changesOf('1'), changesOf('2'), changesOf('3')]).toEqual([
      [1, 2, 3],
      [1, 2],
      [1, 2, 3],
    ])

    receiver.respond = (_received, response) => void response.writeHead(200).end()
    await makeDue()
    await deliverDue(activities, target.id)
    expect(changesOf('2')).toEqual([1, 2, 2, 3])
  })

  it('goes on after one that was given up', async () => {
    const target = await inOrder()
    await tell(['1'], 2)
    await database.owner.db
      .updateTable('webhookMessage')
      .set({ tries: 9 })
      .where('sellerId', '=', sellerId)
      .execute()
    receiver.respond = ({ change: which }, response) =>
      void response.writeHead(which === 1 ? 500 : 200).end()
    await deliverDue(activities, target.id)
    expect(receiver.received.map((one) => one.change)).toEqual([1, 2])
    expect((await messages()).map(({ state }) => state)).toEqual(['failed', 'delivered'])
  })
})
