import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { keyOfSecret, newWebhookSecret } from '../../../clients/webhook-signature.ts'
import { createShop } from '../../support/marketplace.ts'
import { until } from '../../support/until.ts'
import { createEndpoint, happen, relay, secretBox } from '../../support/webhooks.ts'
import { deliverScene } from './deliver-scene.ts'

const scene = deliverScene()
const { attempts, change, deliver, endpoint, makeDue, messages, notices, row, tell } = scene

describe('the relay', () => {
  it('writes one message for each endpoint that wants the event, and wakes each endpoint once', async () => {
    const all = await endpoint()
    const orders = await endpoint({ eventTypes: ['order.*'] })
    await endpoint({ eventTypes: ['import.completed'] })
    const events = await happen(scene.database.owner.db, scene.sellerId, {
      orders: ['1', '2'],
      each: 3,
    })
    const woken = await relay(scene.database.system.db, events)
    expect(woken.toSorted()).toEqual([all, orders].map(({ id }) => `webhooks:${id}`).toSorted())
    expect(await messages()).toHaveLength(12)
    await relay(scene.database.system.db, events)
    expect(await messages()).toHaveLength(12)
  })

  it('writes for one that is paused, deleted or another seller’s as it must: yes, no, no', async () => {
    const paused = await endpoint({ state: 'paused' })
    await endpoint({ deletedAt: new Date() })
    const stranger = await createShop(scene.database.owner.db)
    await createEndpoint(scene.database.owner.db, stranger.sellerId, {
      url: 'https://shop.example/',
    })
    expect(await tell(['1'])).toEqual([])
    const written = await scene.database.owner.db.selectFrom('webhookMessage').selectAll().execute()
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
    scene.receiver.respond = (_received, response) => void response.writeHead(201).end('thanks')
    expect(await deliver(target)).toEqual({ resumeInMs: null })

    expect(scene.receiver.received.map(({ order }) => order).toSorted()).toEqual(['1', '2', '3'])
    for (const { headers, body } of scene.receiver.received) {
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
    const delivering = deliver(target)
    await until(() => scene.receiver.received.length === 1)
    expect(await tell(['2'])).toEqual([])
    await until(() => scene.receiver.received.length === 2)
    await delivering
  })

  it('tries again when it is time, under the same id, and gives up after the last', async () => {
    const target = await endpoint()
    await tell(['1'])
    scene.receiver.respond = (_received, response) => void response.writeHead(500).end('broken')
    const waits: number[] = []
    for (let tries = 1; tries <= 10; tries++) {
      await makeDue()
      await change(target, { heldUntil: null, openings: 0, failures: 0 })
      const { resumeInMs } = await deliver(target)
      if (resumeInMs !== null) waits.push(resumeInMs / 1_000)
    }
    const schedule = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
    expect(waits).toHaveLength(9)
    waits.forEach((wait, index) => {
      // Of it has passed what the activity lingered.
      expect(wait).toBeGreaterThan(schedule[index]! - 5)
      expect(wait).toBeLessThanOrEqual(schedule[index]! * 1.2)
    })
    expect(new Set(scene.receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(
      1,
    )
    expect(await messages()).toMatchObject([{ state: 'failed', attempts: 10 }])
    expect(await attempts()).toHaveLength(10)
    expect(await notices()).toEqual(['webhook-message.failed'])
  }, 60_000)

  it('keeps 16 kB of an answer without end, and does not wait for that end', async () => {
    const target = await endpoint()
    await tell(['1'])
    scene.receiver.respond = (_received, response) => {
      const more = () => {
        while (!response.destroyed && response.write('я'.repeat(1_000)));
      }
      response.writeHead(200).on('drain', more)
      more()
    }
    await deliver(target)
    const [kept] = await attempts()
    expect(kept!.status).toBe(200)
    expect(Buffer.byteLength(kept!.answer!)).toBeLessThanOrEqual(16_384)
    expect(kept!.answer!.length).toBeGreaterThan(8_000)
  })

  it('keeps an answer that is no text, with a null in it', async () => {
    const target = await endpoint()
    await tell(['1'])
    scene.receiver.respond = (_received, response) =>
      void response
        .writeHead(200)
        .end(Buffer.concat([Buffer.alloc(9_000, 0xff), Buffer.alloc(9_000)]))
    await deliver(target)
    expect(await messages()).toMatchObject([{ state: 'delivered' }])
    expect(Buffer.byteLength((await attempts())[0]!.answer!)).toBeLessThanOrEqual(16_384)
  })

  it('follows no redirect: it is a failure', async () => {
    const target = await endpoint()
    await tell(['1'])
    scene.receiver.respond = (_received, response) =>
      void response.writeHead(307, { Location: `http://127.0.0.1:${scene.trap.port}/` }).end()
    await deliver(target)
    expect(await attempts()).toMatchObject([{ status: 307, problem: 'redirect' }])
    expect(await messages()).toMatchObject([{ state: 'pending' }])
    expect(scene.trap.connections).toBe(0)
  })

  it('sends to nobody private whatever the row says', async () => {
    const target = await endpoint({ url: `http://127.0.0.1:${scene.trap.port}/` })
    await tell(['1'])
    await deliver(target)
    expect(await attempts()).toMatchObject([{ status: null, problem: 'blocked-address' }])
    expect(scene.trap.connections).toBe(0)
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
    await deliver(target)
    const { headers, body } = scene.receiver.received[0]!
    const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const macOf = (secret: string) =>
      `v1,${createHmac('sha256', keyOfSecret(secret)).update(content).digest('base64')}`
    expect(headers['webhook-signature']).toBe(`${macOf(newer)} ${macOf(target.secret)}`)
  })
})
