import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CarrierId } from '../../contracts/logistics.ts'
import { createSecretBox } from '../../clients/secret-box.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { authorised, CARRIER_URLS, SECRETS_KEY, testApp } from './app.ts'

let database: TestDatabase
let app: ReturnType<typeof testApp>['app']
let shop: TestShop
let auth: { Authorization: string }
let theirs: { Authorization: string }

beforeAll(async () => {
  database = await freshDatabase()
  const { owner, seller, storefront } = database
  ;({ app } = testApp({ seller: seller.db, storefront: storefront.db }))
  shop = await createShop(owner.db)
  auth = await authorised(owner.db, shop.sellerId)
  theirs = await authorised(owner.db, (await createShop(owner.db)).sellerId)
})
afterAll(() => database.drop())

const at = (carrier: string) => `/v1/carrier-accounts/${carrier}`
const put = (carrier: string, body: object, headers = auth) =>
  app.request(at(carrier), {
    method: 'PUT',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
const kept = (carrier: CarrierId) =>
  database.owner.db
    .selectFrom('carrierAccount')
    .selectAll()
    .where('carrier', '=', carrier)
    .where('sellerId', '=', shop.sellerId)
    .executeTakeFirstOrThrow()
const opened = ({ id }: { id: string }, sealed: string | null) =>
  createSecretBox([SECRETS_KEY]).open(sealed ?? '', `carrier-account:${id}`)

describe('a seller’s own contract with a carrier', () => {
  it('is kept with its secret sealed, at the carrier’s address, and shown without it', async () => {
    const response = await put('cdek', { clientId: 'ours', clientSecret: 'sesame' })
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(text).not.toContain('sesame')
    const row = await kept('cdek')
    expect(JSON.parse(text)).toMatchObject({ id: row.id, carrier: 'cdek', clientId: 'ours' })
    expect(row.baseUrl).toBe(CARRIER_URLS.cdek)
    expect(opened(row, row.sealedSecret)).toBe('sesame')
    const shown = await app.request(at('cdek'), { headers: auth })
    expect(await shown.json()).toEqual(JSON.parse(text))
  })

  it('has an address of its own that CDEK calls, the same for as long as it lasts', async () => {
    await put('cdek', { clientId: 'ours', clientSecret: 'one' })
    const before = await kept('cdek')
    expect(opened(before, before.sealedWebhookKey)).toMatch(/^[\w-]{32}$/)
    await put('cdek', { clientId: 'ours', clientSecret: 'two' })
    const after = await kept('cdek')
    expect(opened(after, after.sealedWebhookKey)).toBe(opened(before, before.sealedWebhookKey))
    expect([after.id, opened(after, after.sealedSecret)]).toEqual([before.id, 'two'])
  })

  it('has the key by which Uber signs, when it is told', async () => {
    const told = { clientId: 'ours', clientSecret: 'sesame', customerId: 'cus_1' }
    expect((await put('uber', told)).status).toBe(200)
    expect((await kept('uber')).sealedWebhookKey).toBeNull()
    expect((await put('uber', { ...told, webhookKey: 'whk' })).status).toBe(200)
    const row = await kept('uber')
    expect(opened(row, row.sealedWebhookKey)).toBe('whk')
  })

  it('leaves the event by which it is polled', async () => {
    await put('dpd', { clientId: '1001', clientSecret: 'sesame' })
    const { id } = await kept('dpd')
    const { data } = await database.owner.db
      .selectFrom('event')
      .select('data')
      .where('type', '=', 'carrier-account.changed')
      .where('subject', '=', `carrier-account:${id}`)
      .executeTakeFirstOrThrow()
    expect(data).toEqual({ accountId: id, carrier: 'dpd', enabled: true })
  })

  it('is 400 for Uber without its customer, for no such carrier, and for an address', async () => {
    const told = { clientId: 'ours', clientSecret: 'sesame' }
    expect((await put('uber', told)).status).toBe(400)
    expect((await put('boxberry', told)).status).toBe(400)
    expect((await put('cdek', { ...told, baseUrl: 'http://evil.example' })).status).toBe(400)
  })

  it('is 404 for another seller', async () => {
    expect((await app.request(at('cdek'), { headers: theirs })).status).toBe(404)
  })
})

describe('an SLA policy', () => {
  const policy = (method: string, tariff: string, body?: object) =>
    app.request(`/v1/sla-policies/${tariff}`, {
      method,
      headers: { ...auth, 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })

  it('is another version each time', async () => {
    const told = { handOverHours: 24, silenceHours: { 'in-transit': 36 } }
    expect(await (await policy('PUT', 'cdek:136', told)).json()).toMatchObject({ version: 1 })
    const second = await policy('PUT', 'cdek:136', { ...told, confirmMinutes: 5 })
    const shown = { ...told, confirmMinutes: 5, tariff: 'cdek:136', version: 2 }
    expect(await second.json()).toMatchObject(shown)
    expect(await (await policy('GET', 'cdek:136')).json()).toMatchObject(shown)
    expect(await (await policy('PUT', 'all', told)).json()).toMatchObject({ version: 1 })
  })

  it('is 404 where there is none, 400 for what is no tariff and no time', async () => {
    expect((await policy('GET', 'dpd')).status).toBe(404)
    expect((await policy('GET', 'boxberry')).status).toBe(400)
    expect((await policy('PUT', 'all', { handOverHours: 0 })).status).toBe(400)
    expect((await policy('PUT', 'all', { silenceHours: { gone: 1 } })).status).toBe(400)
  })
})
