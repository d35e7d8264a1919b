import { Webhook } from 'standardwebhooks'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createWebhooksActivities } from '../../../activities/integrations/webhooks.ts'
import { createOutbound } from '../../../clients/outbound/outbound.ts'
import { startOutside, type Outside } from '../../outbound/outside.ts'
import { authorised, testApp } from '../../api/app.ts'
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
} from '../../support/webhooks.ts'

const outbound = createOutbound({ allowedPrivateNetworks: ['127.0.0.2/32'], connections: null })
let database: TestDatabase
let outside: Outside

beforeAll(async () => {
  database = await freshDatabase()
  outside = await startOutside('127.0.0.2')
})
afterAll(() => Promise.all([database.drop(), outside.close(), outbound.close()]))

it('a receiver that learns of the new secret late refuses none of what comes meanwhile', async () => {
  const { sellerId } = await createShop(database.owner.db)
  const { app } = testApp({ seller: database.seller.db, storefront: database.storefront.db })
  const auth = await authorised(database.owner.db, sellerId)
  const url = `http://127.0.0.2:${outside.port}/`
  const target = await createEndpoint(database.owner.db, sellerId, { url, ratePerSecond: 200 })
  const receiver = createReceiver()
  outside.answer = (request, response) => receiver.listener(request, response)
  let known = new Webhook(target.secret)
  let refused = 0
  receiver.respond = ({ body, headers }, response) => {
    try {
      known.verify(body, headers as Record<string, string>)
    } catch {
      refused++
    }
    response.writeHead(204).end()
  }
  const orders = Array.from({ length: 800 }, () => randomUUID())
  await relay(database.system.db, await happen(database.owner.db, sellerId, { orders }))
  const activities = createWebhooksActivities({
    ...{
      system: database.system.db,
      outbound,
      secrets: secretBox,
      lingerMs: 200,
      log: { warn: () => {} },
    },
  })
  const delivering = deliverDue(activities, target.id)

  await until(() => receiver.received.length > 100)
  const rotated = await app.request(`/v1/webhook-endpoints/${target.id}/rotate-secret`, {
    method: 'POST',
    headers: auth,
  })
  const { secret } = (await rotated.json()) as { secret: string }
  const signatures = () => String(receiver.received.at(-1)!.headers['webhook-signature']).split(' ')
  await until(() => signatures().length === 2)
  known = new Webhook(secret)
  await delivering
  expect(receiver.received).toHaveLength(800)
  expect(refused).toBe(0)

  const ended = await app.request(`/v1/webhook-endpoints/${target.id}/rotate-secret`, {
    method: 'POST',
    headers: { ...auth, 'Content-Type': 'application/json' },
    body: JSON.stringify({ overlapHours: 0 }),
  })
  known = new Webhook(((await ended.json()) as { secret: string }).secret)
  await relay(
    database.system.db,
    await happen(database.owner.db, sellerId, { orders: [randomUUID()] }),
  )
  await deliverDue(activities, target.id)
  expect({ refused, signatures: signatures().length }).toEqual({ refused: 0, signatures: 1 })
})
