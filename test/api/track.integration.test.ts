import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTrackTokens } from '../../clients/track-token.ts'
import { createDelivery } from '../support/deliveries.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { aPoint } from '../support/pickup-points.ts'
import { freshDatabase } from '../support/postgres.ts'
import { SECRETS_KEY, testApp } from './app.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const { app } = testApp({ storefront: database.storefront.db })
const tokens = createTrackTokens([SECRETS_KEY])

let shop: TestShop
beforeAll(async () => {
  shop = await createShop(owner)
  await owner
    .updateTable('shop')
    .set({ name: 'Лавка <script>alert(1)</script>' })
    .where('id', '=', shop.shopId)
    .execute()
  const { hours, exceptions, limits, payment, ...point } = aPoint('MSK1', { address: 'ул. & 7' })
  await owner
    .insertInto('pickupPoint')
    .values({
      ...point,
      cityId: 'msk',
      ...{ hours: JSON.stringify(hours), exceptions: JSON.stringify(exceptions) },
      ...{ limits: JSON.stringify(limits), payment: JSON.stringify(payment) },
    })
    .execute()
})

const track = (token: string, headers: Record<string, string> = {}, query = '') =>
  app.request(`/track/${token}${query}`, { headers })
const browser = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const asJson = { Accept: 'application/json' }

describe('GET /track/{token}', () => {
  it('is a page for people: in Russian, escaped, without script, of nobody’s data', async () => {
    const { shipmentId } = await createDelivery(owner, shop, {
      events: [
        { at: '2026-11-26T10:00:00Z', status: 'in-transit', place: 'Тверь' },
        { at: '2026-11-26T12:00:00Z', status: 'delivered', isRevoked: true },
      ],
      loser: { carrier: 'dpd', events: [{ at: '2026-11-26T09:00:00Z', status: 'accepted' }] },
    })
    const response = await track(tokens.tokenOf(shipmentId), browser)
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toMatch(/^text\/html/)
    expect(response.headers.get('Content-Language')).toBe('ru')
    expect(response.headers.get('Cache-Control')).toBe('private, max-age=15')
    expect(response.headers.get('X-Robots-Tag')).toContain('noindex')
    const policy = response.headers.get('Content-Security-Policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/script-src|unsafe/)
    const page = await response.text()
    expect(page).toContain('<html lang="ru">')
    expect(page).toContain('Заказ в пути')
    expect(page).toContain('Тверь')
    expect(page).toContain('&lt;script&gt;')
    expect(page).not.toContain('<script')
    expect(page).not.toContain('Получен у')
    for (const own of ['Анна', 'Петрова', '9001234567', 'anna@', 'Лесная', 'DPD'])
      expect(page).not.toContain(own)
  })

  it('speaks English to whoever prefers it, by header or by link', async () => {
    const { shipmentId } = await createDelivery(owner, shop)
    const token = tokens.tokenOf(shipmentId)
    for (const response of [
      await track(token, { ...browser, 'Accept-Language': 'en-GB' }),
      await track(token, browser, '?lang=en'),
    ]) {
      expect(response.headers.get('Content-Language')).toBe('en')
      expect(await response.text()).toContain('Your order is on its way')
    }
    expect(await (await track(token, browser, '?lang=xx')).text()).toContain('Заказ в пути')
  })

  it('is the same as data by Accept', async () => {
    const { shipmentId } = await createDelivery(owner, shop, {
      shipment: {
        ...{ status: 'ready-for-pickup', storedUntil: '2026-12-05T18:00:00Z' },
        ...{ pointCarrier: 'cdek', pointCode: 'MSK1', pointKind: 'pvz' },
        ...{ promiseEarliest: '2126-11-28T06:00:00Z', promiseLatest: '2126-11-30T18:00:00Z' },
      },
      events: [{ at: '2026-11-26T10:00:00Z', status: 'ready-for-pickup' }],
    })
    const response = await track(tokens.tokenOf(shipmentId), asJson)
    expect(await response.json()).toMatchObject({
      ...{ state: 'ready-for-pickup', headline: 'Можно забирать', tone: 'good', late: false },
      promise: { text: '28–30 ноября', latest: '2126-11-30T18:00:00.000Z' },
      pickupPoint: {
        ...{ kind: 'pvz', address: 'ул. & 7', hours: 'Ежедневно 09:00–21:00' },
        storedUntil: '2026-12-05T18:00:00.000Z',
        mapUrls: { yandex: expect.stringContaining('37.617300,55.755800') },
      },
      timeline: [{ status: 'ready-for-pickup', text: 'Готов к выдаче' }],
    })
    const page = await (await track(tokens.tokenOf(shipmentId), browser)).text()
    expect(page).toContain('ул. &amp; 7')
    expect(page).toMatch(/Хранится до\s+5 декабря/)
  })

  it('says in words that it is late', async () => {
    const { shipmentId } = await createDelivery(owner, shop, {
      shipment: {
        ...{ promiseEarliest: '2025-11-20T06:00:00Z', promiseLatest: '2025-11-21T18:00:00Z' },
        eta: '2126-12-01T10:00:00Z',
      },
    })
    const view = await (await track(tokens.tokenOf(shipmentId), asJson)).json()
    expect(view).toMatchObject({
      ...{ late: true, tone: 'late' },
      lateness: 'Опаздывает: обещали до 21 ноября, теперь ждём 1 декабря.',
    })
  })

  it('says the day that replaces the promise, and not one that has passed', async () => {
    const late = { promiseEarliest: '2025-11-20T06:00:00Z', promiseLatest: '2025-11-21T18:00:00Z' }
    const lateness = async (shipment: object) => {
      const { shipmentId } = await createDelivery(owner, shop, {
        shipment: { ...late, ...shipment },
      })
      const token = tokens.tokenOf(shipmentId)
      const page = await (await track(token, browser)).text()
      const view = (await (await track(token, asJson)).json()) as { lateness?: string }
      if (view.lateness) expect(page.replaceAll('\u00a0', ' ')).toContain(view.lateness)
      return view
    }
    expect(await lateness({ expectedBy: '2126-12-03T19:00:00Z' })).toMatchObject({
      expectedBy: '2126-12-03T19:00:00.000Z',
      lateness: 'Опаздывает: обещали до 21 ноября, теперь ждём 3 декабря.',
    })
    expect(await lateness({ expectedBy: '2025-11-24T19:00:00Z' })).toMatchObject({
      lateness: 'Опаздывает: обещали до 21 ноября. Уже разбираемся с перевозчиком.',
    })
    const there = await lateness({ expectedBy: '2126-12-03T19:00:00Z', status: 'ready-for-pickup' })
    expect(there).not.toHaveProperty('expectedBy')
    expect(there).not.toHaveProperty('lateness')
  })

  it('is 404, a page or a problem, for what leads nowhere', async () => {
    const { shipmentId } = await createDelivery(owner, shop)
    const token = tokens.tokenOf(shipmentId)
    const wrong = [
      tokens.tokenOf(randomUUID()),
      createTrackTokens([Buffer.alloc(32, 8).toString('base64')]).tokenOf(shipmentId),
      token.slice(0, -1),
      `${token.slice(0, -2)}AA`,
      'x',
    ]
    for (const one of wrong) {
      const page = await track(one, browser)
      expect(page.status, one).toBe(404)
      expect(await page.text()).toContain('Такой доставки нет')
      const problem = await track(one, asJson)
      expect(problem.status).toBe(404)
      expect(problem.headers.get('Content-Type')).toMatch(/problem\+json/)
    }
  })
})
