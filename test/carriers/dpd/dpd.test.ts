import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addressParts } from '../../../clients/carriers/dpd/address.ts'
import { aggregate, meaningOfState } from '../../../clients/carriers/dpd/states.ts'
import { daysOf, spansOf } from '../../../clients/carriers/dpd/timetables.ts'
import type { Carrier, CarrierPoint } from '../../../clients/carriers/carrier.ts'
import { createCarriers } from '../../../clients/carriers/create-carriers.ts'
import { bookRequest, booking, dpdQuote, parcel, quoteRequest, without } from '../samples.ts'
import { startScripted, type Scripted } from '../scripted.ts'
import { answer, fault, shop, state, states, type Value } from './envelopes.ts'

let server: Scripted
let dpd: Carrier

beforeAll(async () => {
  server = await startScripted()
})
beforeEach(() => {
  server.reset()
  dpd = createDpd()
})
afterAll(() => server.close())

const createDpd = (settings: Record<string, unknown> = {}) =>
  createCarriers([
    {
      ...{ carrier: 'dpd', baseUrl: server.baseUrl, clientId: '1001000000', clientSecret: 'sim' },
      settings,
    },
  ])[0]!
const known = { ...booking, carrierId: 'RU019202656' }

describe('what DPD is sent', () => {
  /** The names of a type's elements in the order in which they must come. */
  function sequence(service: string, type: string): string[] {
    const file = new URL(`../../../clients/carriers/dpd/wsdl/${service}.wsdl`, import.meta.url)
    const [, inside = ''] =
      RegExp(`complexType name="${type}">([\\s\\S]*?)</xs:complexType>`).exec(
        readFileSync(file, 'utf8'),
      ) ?? []
    return [...inside.matchAll(/element name="(\w+)"/g)].map(([, name]) => name!)
  }
  const inOrder = (xml: string, names: readonly string[]) => {
    const places = names.map((name) => xml.indexOf(`<${name}>`)).filter((place) => place >= 0)
    return (
      places.length > 2 && places.every((place, index) => index === 0 || place > places[index - 1]!)
    )
  }

  it('carries our credentials, and its elements in the order of the schema', async () => {
    server.on('POST', /calculator2$/, answer('calculator2', 'getServiceCostByParcels2', []))
    server.on('POST', /order2$/, { instead: 'drop' })
    await dpd.quote(quoteRequest, {})
    await dpd.book(bookRequest(dpdQuote), {})
    const [cost, order] = server.asked.map(({ body }) => body)
    expect(cost).toContain(
      '<auth><clientNumber>1001000000</clientNumber><clientKey>sim</clientKey></auth>',
    )
    expect(inOrder(cost!, sequence('calculator2', 'serviceCostParcelsRequest'))).toBe(true)
    expect(inOrder(order!, sequence('order2', 'header'))).toBe(true)
    const inside = order!.slice(order!.indexOf('</header>'))
    expect(inOrder(inside, sequence('order2', 'order'))).toBe(true)
    expect(inOrder(inside, sequence('order2', 'address').slice(1))).toBe(true)
    expect(order).toContain('<descript>Чай «Лето» &amp; мёд</descript>')
  })

  it('names the city by id, weighs in kilograms and counts days in Moscow', async () => {
    server.on('POST', /calculator2$/, answer('calculator2', 'getServiceCostByParcels2', []))
    await dpd.quote({ ...quoteRequest, readyAt: '2026-01-15T22:30:00Z' }, {})
    const { body } = server.asked[0]!
    expect(body).toContain('<delivery><cityId>49694167</cityId></delivery>')
    expect(body).toContain('<parcel><weight>1.25</weight><length>30.5</length>')
    expect(body).toContain('<pickupDate>2026-01-16</pickupDate>')
  })

  it('goes to a terminal by its code', async () => {
    server.on('POST', /order2$/, { instead: 'drop' })
    const quote = { ...dpdQuote, mode: 'point-point' as const }
    await createDpd({ pickupTerminal: 'M13' }).book(bookRequest(quote, { pointCode: '012K' }), {})
    const { body } = server.asked[0]!
    expect(body).toContain('<serviceVariant>ТТ</serviceVariant>')
    expect(body).toMatch(/<senderAddress><name>[^<]+<\/name><terminalCode>M13<\/terminalCode>/)
    expect(body).toMatch(/<receiverAddress><name>[^<]+<\/name><terminalCode>012K<\/terminalCode>/)
  })
})

describe('quotes', () => {
  const cost = (serviceCode: string, sum: number) => ({
    ...{ serviceCode, serviceName: `DPD ${serviceCode}`, cost: sum, days: 3 },
  })

  it.each([
    ['one', cost('PCL', 480.5), ['PCL']],
    ['several', [cost('NDY', 900), cost('PCL', 480.5)], ['PCL', 'NDY']],
  ])('of %s service are told cheapest first', async (_, returned, services) => {
    server.on('POST', /calculator2$/, answer('calculator2', 'getServiceCostByParcels2', returned))
    const told = await dpd.quote(quoteRequest, {})
    expect(told.outcome === 'quoted' && told.quotes.map(({ service }) => service)).toEqual(services)
    expect(told).toMatchObject({
      quotes: [
        {
          ...{ price: { amount: 48_050, currency: 'RUB' }, mode: 'door-door' },
          transit: { unit: 'calendar-days', min: 3, max: 3 },
        },
        ...services.slice(1).map(() => ({})),
      ],
    })
  })

  it('are refused by a fault with a reason, and by an empty answer', async () => {
    server.on(
      ...(['POST', /calculator2$/] as const),
      fault('error-value', 'Недопустимое значение поля', 'ServiceCostFault2'),
    )
    expect(await dpd.quote(quoteRequest, {})).toEqual({
      outcome: 'refused',
      reason: { code: 'error-value', message: 'Недопустимое значение поля', kind: 'permanent' },
    })
    server.on('POST', /calculator2$/, answer('calculator2', 'getServiceCostByParcels2'))
    expect(await dpd.quote(quoteRequest, {})).toMatchObject({ reason: { code: 'no-service' } })
  })

  it('are refused where DPD falls over the name of a town', async () => {
    server.on('POST', /calculator2$/, fault(undefined, 'java.lang.NullPointerException'))
    const to = without(quoteRequest.to, 'carrierCityCodes')
    expect(await dpd.quote({ ...quoteRequest, to }, {})).toMatchObject({
      reason: { code: 'city-unknown' },
    })
  })

  it('fail by a fault without a reason, and by one about credentials', async () => {
    server.on('POST', /calculator2$/, fault(undefined, 'java.lang.NullPointerException'))
    await expect(dpd.quote(quoteRequest, {})).rejects.toMatchObject({ kind: 'unavailable' })
    server.on('POST', /calculator2$/, fault('auth', 'Ошибка авторизации'))
    await expect(dpd.quote(quoteRequest, {})).rejects.toMatchObject({ kind: 'credentials' })
  })
})

describe('an order', () => {
  const returned = (status: string, more: object = {}) => ({
    ...{ orderNumberInternal: 'A-1001-1', status },
    ...more,
  })
  const bookWith = (body: object) => {
    server.on('POST', /order2$/, answer('order2', 'createOrder2', body as Value))
    return dpd.book(bookRequest(dpdQuote), {})
  }

  it.each<[string, object, object]>([
    [
      'is booked',
      returned('OK', { orderNum: 'RU019202656' }),
      { outcome: 'booked', carrierId: 'RU019202656', trackingNumber: 'RU019202656' },
    ],
    [
      'waits for a person',
      returned('OrderPending', { errorMessage: 'Не повторяйте оформление данного заказа' }),
      { outcome: 'pending' },
    ],
    [
      'is there already',
      returned('OrderDuplicate', { orderNum: 'RU019202656' }),
      { outcome: 'duplicate', carrierId: 'RU019202656' },
    ],
    [
      'is refused',
      returned('OrderError', { errorMessage: 'Нет такой улицы' }),
      { outcome: 'rejected', reason: { code: 'OrderError', message: 'Нет такой улицы' } },
    ],
    ['is OK without a number', returned('OK'), { outcome: 'unknown' }],
    ['has a status of its own', returned('Fine', { orderNum: 'RU1' }), { outcome: 'unknown' }],
    [
      'is another one',
      { ...returned('OK', { orderNum: 'RU019202656' }), orderNumberInternal: 'A-1001-2' },
      { outcome: 'unknown' },
    ],
  ])('%s', async (_, body, told) => {
    expect(await bookWith(body)).toMatchObject(told)
  })

  it('may have been made though the connection dropped, and is then found by our number', async () => {
    server.on('POST', /order2$/, ({ body }) =>
      body.includes('getOrderStatus')
        ? answer('order2', 'getOrderStatus', returned('OK', { orderNum: 'RU019202656' }) as Value)
        : { instead: 'drop' },
    )
    expect(await dpd.book(bookRequest(dpdQuote), {})).toMatchObject({
      ...{ outcome: 'unknown', reason: { code: 'interrupted' } },
    })
    expect(await dpd.find(booking, {})).toMatchObject({ outcome: 'booked' })
    expect(server.asked.at(-1)!.body).toContain(
      '<order><orderNumberInternal>A-1001-1</orderNumberInternal><datePickup>2026-01-15</datePickup></order>',
    )
  })

  it.each([
    ['a status', answer('order2', 'getOrderStatus', returned('NotFound') as Value)],
    ['a fault', fault('no-data-found', 'Данные не найдены')],
  ])('is absent by %s, and unknown to whoever waits for it', async (_, reply) => {
    server.on('POST', /order2$/, reply)
    expect(await dpd.find(booking, {})).toEqual({ outcome: 'absent' })
    expect(await dpd.confirm(booking, {})).toMatchObject({ outcome: 'unknown' })
  })

  it.each([
    ['Canceled', { outcome: 'cancelled' }],
    ['CanceledPreviously', { outcome: 'already' }],
    ['NotFound', { outcome: 'already' }],
    ['CallDPD', { outcome: 'needs-human', reason: { code: 'CallDPD' } }],
    ['Error', { outcome: 'needs-human', reason: { code: 'Error' } }],
    ['Else', { outcome: 'unknown' }],
  ])('when cancelled, may be %s', async (status, told) => {
    server.on('POST', /order2$/, answer('order2', 'cancelOrder', returned(status) as Value))
    expect(await dpd.cancel(known, {})).toMatchObject(told)
    expect(server.asked.at(-1)!.body).toContain('<orderNum>RU019202656</orderNum>')
  })
})

describe('tracking', () => {
  const trackWith = (all: object[], more: object = {}) => {
    server.on('POST', /tracing$/, answer('tracing', 'getStatesByDPDOrder', states(all as Value[])))
    return dpd.track({ ...known, ...more }, {})
  }

  it('reads times without an offset as Moscow’s', async () => {
    const { events, eta } = await trackWith([
      state('OnRoad', '2026-01-16T23:30:00', { planDeliveryDate: '2026-01-19' }),
      state('NewOrderByClient', '2026-01-15T12:00:00'),
    ])
    expect(eta).toBe('2026-01-19')
    expect(events).toMatchObject([
      { status: 'booked', occurredAt: '2026-01-15T09:00:00.000Z' },
      { status: 'in-transit', occurredAt: '2026-01-16T20:30:00.000Z', place: 'Москва' },
    ])
  })

  it.each(['2026-19-01', '9999-12-31', 'soon', '0000-01-01T00:00:00Z'])(
    'expects nothing where it is planned for %s',
    async (planDeliveryDate) => {
      const told = await trackWith([state('OnRoad', '2026-01-16T23:30:00', { planDeliveryDate })])
      expect(told.eta).toBeUndefined()
      expect(told.events).toHaveLength(1)
    },
  )

  it('goes on with the order that DPD made of it, parcel by parcel', async () => {
    const own = [
      state('OnRoad', '2026-01-16T10:00:00'),
      state('OnRoad', '2026-01-16T10:00:00', { dpdParcelNr: 'P2' }),
      state('ReturnedFromDelivery', '2026-01-17T10:00:00', {
        ...{ dpdOrderReNr: 'RU02', dpdParcelReNr: 'R1' },
      }),
    ]
    const back = [
      state('Delivered', '2026-01-20T10:00:00', {
        ...{ dpdOrderNr: 'RU02', dpdParcelNr: 'R1', isReturn: true },
      }),
    ]
    server.on('POST', /tracing$/, ({ body }) =>
      answer(
        ...(['tracing', 'getStatesByDPDOrder'] as const),
        states((body.includes('RU02<') ? back : own) as Value[]),
      ),
    )
    const { events } = await dpd.track({ ...known, parcelCount: 1 }, {})
    expect(events.at(-1)!.status).not.toBe('returned')
    own.splice(1, 1)
    const alone = await dpd.track({ ...known, parcelCount: 1 }, {})
    expect(alone.events.map(({ status }) => status)).toEqual([
      ...['in-transit', 'attempt-failed', 'returned'],
    ])
  })

  it('tells it again when what comes late of one parcel changes how the booking stood', async () => {
    const of = (dpdParcelNr: string) => ({ dpdParcelNr })
    const first = state('Delivered', '2026-01-17T10:00:00', of('P1'))
    const late = state('Delivered', '2026-01-17T09:00:00', of('P2'))
    const before = (await trackWith([first], { parcelCount: 2 })).events
    const after = (await trackWith([first, late], { parcelCount: 2 })).events
    expect(before.at(-1)!.status).not.toBe('delivered')
    expect(after.at(-1)!.status).toBe('delivered')
    expect(before.map(({ key }) => key)).not.toContain(after.at(-1)!.key)
  })

  it('tells of the least advanced of several parcels', async () => {
    const of = (dpdParcelNr: string) => ({ dpdParcelNr })
    const { events } = await trackWith(
      [
        state('OnRoad', '2026-01-16T10:00:00', of('P1')),
        state('OnRoad', '2026-01-16T11:00:00', of('P2')),
        state('Delivered', '2026-01-17T10:00:00', of('P1')),
        state('Lost', '2026-01-17T11:00:00', of('P2')),
      ],
      { parcelCount: 2 },
    )
    expect(events.map(({ status }) => status)).toEqual([
      ...['booked', 'in-transit', 'in-transit', 'exception'],
    ])
  })

  it('knows where the buyer fetches it, and what comes back', async () => {
    const waiting = [state('OnTerminalDelivery', '2026-01-17T10:00:00')]
    expect((await trackWith(waiting)).events[0]!.status).toBe('at-destination')
    expect((await trackWith(waiting, { mode: 'door-point' })).events[0]!.status).toBe(
      'ready-for-pickup',
    )
    const back = [state('Delivered', '2026-01-20T10:00:00', { isReturn: true })]
    expect((await trackWith(back)).events[0]!.status).toBe('returned')
  })

  it('of what DPD does not know is empty', async () => {
    server.on('POST', /tracing$/, fault('no-data-found', 'Данные не найдены'))
    expect(await dpd.track(booking, {})).toEqual({ events: [] })
    expect(server.asked.at(-1)!.body).toContain('<clientOrderNr>A-1001-1</clientOrderNr>')
  })

  it('by the queue tells what waits, with the ticket to confirm it by', async () => {
    const waiting = states([state('OnRoad', '2026-01-16T10:00:00', { dpdOrderReNr: 'RU02' })], {
      resultComplete: false,
    })
    server.on('POST', /tracing$/, ({ body }) =>
      body.includes('docId')
        ? answer('tracing', 'confirm', 'OK')
        : answer('tracing', 'getStatesByClient', waiting),
    )
    const { ticket, isLast, changes } = await dpd.queue!.next({})
    expect({ ticket, isLast }).toEqual({ ticket: '4711', isLast: false })
    expect(changes).toMatchObject([
      {
        ...{ reference: 'A-1001-1', carrierId: 'RU019202656', relatedId: 'RU02' },
        event: { status: 'in-transit', parcel: 'P1' },
      },
    ])
    await dpd.queue!.confirm(ticket!, {})
    expect(server.asked.at(-1)!.body).toContain('<docId>4711</docId>')
  })

  it.each(['OrderDeliveryProblem', 'Problem'])('%s is an exception', (code) =>
    expect(meaningOfState(code, { isReturn: false })).toEqual({ status: 'exception' }),
  )
  it('counts a state that nobody has named', () =>
    expect(meaningOfState('Teleported', { isReturn: false })).toEqual({
      ...{ status: 'in-transit', isUnknownCode: true },
    }))
  it('is delivered only when all parcels are', () => {
    expect(aggregate('delivered', ['delivered', 'out-for-delivery'])).toBe('out-for-delivery')
    expect(aggregate('delivered', ['delivered', 'delivered'])).toBe('delivered')
    expect(aggregate('attempt-failed', ['delivered', 'attempt-failed'])).toBe('attempt-failed')
    expect(aggregate('delivered', ['delivered', 'lost'])).toBe('in-transit')
  })
})

describe('points', () => {
  const shopsAre = (all: object[], terminals: object[] = []) =>
    server.on('POST', /geography2$/, ({ body }) =>
      body.includes('getParcelShops')
        ? answer('geography2', 'getParcelShops', { parcelShop: all as Value })
        : answer('geography2', 'getTerminalsSelfDelivery2', { terminal: terminals as Value }),
    )
  const all = async () => {
    const found: CarrierPoint[] = []
    for await (const page of dpd.points!({ countryCode: 'RU' }, {})) found.push(...page)
    return found
  }

  it('come with limits and hours, terminals after them', async () => {
    const terminal = without(shop(), 'code', 'parcelShopType', 'brand', 'limits')
    shopsAre(
      [
        shop(),
        shop({ code: '99', parcelShopType: 'ПВП', state: 'Full', limits: '' }),
        { code: 'X' },
      ],
      [{ terminalCode: 'M13', terminalName: 'Москва-13', ...terminal }],
    )
    expect(await all()).toEqual([
      {
        ...{ carrier: 'dpd', code: '012K', kind: 'locker', name: 'DPD 012K', state: 'open' },
        ...{ cityCode: '49694167', cityName: 'Санкт-Петербург', address: 'пр-кт Невский, 28' },
        ...{ lat: 59.9357, lon: 30.3259, exceptions: [], takesBack: false },
        hours: [
          { day: 1, from: '10:00', to: '21:00' },
          { day: 2, from: '10:00', to: '21:00' },
          { day: 6, from: '00:00', to: '23:59' },
        ],
        limits: {
          ...{ maxWeightG: 15_500, maxShipmentWeightG: 20_000, maxSumMm: 1130 },
          cells: [{ lengthMm: 600, widthMm: 350, heightMm: 180 }],
        },
        payment: { cash: false, card: true },
      },
      expect.objectContaining({ code: '99', kind: 'pvz', state: 'full', limits: {} }),
      expect.objectContaining({ code: 'M13', kind: 'pvz', name: 'Москва-13', limits: {} }),
    ])
  })

  it('can be asked after one by one', async () => {
    shopsAre([shop(), shop({ code: '99' })])
    const asked = await Promise.all(['99', 'none'].map((code) => dpd.point!(code, {})))
    expect(asked).toMatchObject([{ code: '99' }, undefined])
    expect(server.asked).toHaveLength(2)
  })

  it.each([
    ['Пн,Вт', [1, 2]],
    ['Пн-Пт', [1, 2, 3, 4, 5]],
    ['сб, вс', [6, 7]],
    ['завтра', []],
  ])('are open on «%s»', (days, numbers) => expect(daysOf(days)).toEqual(numbers))
  it('may have a break', () =>
    expect(spansOf('9:00 - 13:00, 14:00 - 18:00')).toEqual([
      { from: '09:00', to: '13:00' },
      { from: '14:00', to: '18:00' },
    ]))
})

it('a label comes as text in base64', async () => {
  const pdf = Buffer.concat([Buffer.from('%PDF-1.4 '), Buffer.alloc(200_000, 'x')])
  server.on(
    ...(['POST', /label-print$/] as const),
    answer('label-print', 'createLabelFile', { file: pdf.toString('base64') }),
  )
  expect(await dpd.label!({ ...known, parcelCount: 2 }, {})).toEqual({ outcome: 'ready', pdf })
  expect(server.asked[0]!.body).toContain('<parcelsNumber>2</parcelsNumber>')
  expect(await dpd.label!(booking, {})).toEqual({ outcome: 'pending' })
})

it.each([
  [
    'ул. Льва Толстого, д. 16, кв. 5',
    { streetAbbr: 'ул', street: 'Льва Толстого', house: '16', flat: '5' },
  ],
  ['Невский пр-кт 28', { streetAbbr: 'пр-кт', street: 'Невский', house: '28' }],
  [
    'г. Москва, Тверская улица, 7/2, корп. 3, стр. 1, офис 12а',
    {
      ...{ streetAbbr: 'улица', street: 'Тверская', house: '7/2' },
      ...{ houseKorpus: '3', str: '1', office: '12а' },
    },
  ],
  ['деревня Гадюкино', { street: 'деревня Гадюкино' }],
])('the address «%s» is taken apart', (address, parts) => {
  expect(addressParts(address, 'Москва')).toEqual(parts)
})

it('needs a point where the quote ends at one', async () => {
  const quote = { ...dpdQuote, mode: 'door-point' as const }
  expect(await dpd.book(bookRequest(quote, { parcels: [parcel] }), {})).toMatchObject({
    outcome: 'rejected',
  })
  expect(server.asked).toEqual([])
})
