import { createClientAsync, type Client } from 'soap'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseXml, type Element } from '../../simulator/dpd/xml.ts'
import { startTestSimulator, type TestSimulator } from '../support/simulator.ts'
import { areSpecificationsHere, readSpecification } from './specifications.ts'

let simulator: TestSimulator
const clients = new Map<string, Client>()
const auth = { clientNumber: 1_001_000_000, clientKey: 'sim' }

beforeAll(async () => {
  simulator = await startTestSimulator()
  for (const service of [
    'order2',
    'geography2',
    'calculator2',
    'tracing',
    'event-tracking',
    'label-print',
  ])
    clients.set(
      service,
      await createClientAsync(`${simulator.carriers.dpd}/services/${service}?wsdl`),
    )
})
afterAll(() => simulator[Symbol.asyncDispose]())

/** By a foreign client that knows nothing but the WSDL. */
async function dpd<T = Answer>(service: string, operation: string, request: object): Promise<T> {
  const call = (
    clients.get(service) as unknown as Record<string, (request: object) => Promise<[T]>>
  )[`${operation}Async`]!
  const [answer] = await call(request)
  return answer
}
type Status = {
  orderNumberInternal?: string
  orderNum?: string
  status: string
  errorMessage?: string
}
type Answer = { return: unknown }
type State = {
  clientOrderNr: string
  dpdOrderNr: string
  dpdParcelNr: string
  newState: string
  isReturn?: boolean
}
type Document = { return: { docId: string | number; resultComplete: boolean; states?: State[] } }

const order = (number: string, more: object = {}) => ({
  ...{ orderNumberInternal: number, serviceCode: 'PCL', serviceVariant: 'ДД', cargoNumPack: 1 },
  ...{ cargoWeight: 1.5, cargoRegistered: false, cargoValue: 1990, cargoCategory: 'Посуда' },
  receiverAddress: {
    ...{ name: 'Иван Петров', countryName: 'Россия', city: 'Новосибирск', street: 'Мира' },
    ...{ house: '1', contactFio: 'Иван Петров', contactPhone: '+79990000000' },
  },
  parcel: [{ number: `${number}-1`, weight: 1.5, length: 20, width: 20, height: 10 }],
  ...more,
})
const header = {
  datePickup: '2026-11-27',
  senderAddress: {
    ...{ name: 'Склад', countryName: 'Россия', city: 'Москва', street: 'Ленина', house: '1' },
    ...{ contactFio: 'Склад', contactPhone: '+74950000000' },
  },
  pickupTimePeriod: '9-18',
}
async function create(number: string, more: object = {}): Promise<Status> {
  const answer = await dpd<{ return: Status[] }>('order2', 'createOrder', {
    orders: { auth, header, order: [order(number, more)] },
  })
  return answer.return[0]!
}
async function cancel(number: string): Promise<Status> {
  const answer = await dpd<{ return: Status[] }>('order2', 'cancelOrder', {
    orders: { auth, cancel: [{ orderNumberInternal: number }] },
  })
  return answer.return[0]!
}
async function status(number: string): Promise<Status> {
  const answer = await dpd<{ return: Status[] }>('order2', 'getOrderStatus', {
    orderStatus: { auth, order: [{ orderNumberInternal: number, datePickup: '2026-11-27' }] },
  })
  return answer.return[0]!
}
const fetchStates = () => dpd<Document>('tracing', 'getStatesByClient', { request: { auth } })
const confirm = (docId: string | number) => dpd('tracing', 'confirm', { request: { auth, docId } })

/** Everything that waits is taken. */
async function drain(): Promise<State[]> {
  const all: State[] = []
  for (;;) {
    const { docId, states = [], resultComplete } = (await fetchStates()).return
    all.push(...states)
    if (states.length > 0) await confirm(docId)
    if (resultComplete) return all
  }
}

describe('DPD', () => {
  it('creates an order, and finds it again', async () => {
    const created = await create('new-1')
    expect(created).toMatchObject({ status: 'OK', orderNum: expect.stringMatching(/^RU\d{9}$/) })
    expect(await status('new-1')).toMatchObject({ status: 'OK', orderNum: created.orderNum })
    expect(await status('never')).toMatchObject({ status: 'NotFound' })
    expect(await simulator.ledger('new-1')).toMatchObject([
      { carrier: 'dpd', id: created.orderNum, state: 'booked', isLive: true },
    ])
  })

  it('creates nothing twice', async () => {
    const { orderNum } = await create('twice-1')
    expect(await create('twice-1')).toMatchObject({ status: 'OrderDuplicate', orderNum })
    expect(await simulator.ledger('twice-1')).toHaveLength(1)
  })

  it('leaves an order to a person, who lets it through', async () => {
    await simulator.fault({
      carrier: 'dpd',
      operation: 'book',
      kind: 'slow-confirm',
      ms: 60_000,
      reference: 'slow-',
    })
    const pending = await create('slow-1')
    expect(pending.status).toBe('OrderPending')
    expect(pending.orderNum).toBeUndefined()
    expect(pending.errorMessage).toContain('Не повторяйте оформление данного заказа')
    expect(await status('slow-1')).toMatchObject({ status: 'OrderPending' })
    await simulator.advance(60_000)
    expect(await status('slow-1')).toMatchObject({ status: 'OK', orderNum: expect.any(String) })
  })

  it.each([
    ['an unknown city', { receiverAddress: { name: 'И', city: 'Урюпинск' } }],
    ['an unknown service', { serviceCode: 'XYZ' }],
    ['a variant in Latin letters', { serviceVariant: 'DD' }],
    ['no weight', { cargoWeight: 0 }],
    [
      'an unknown terminal',
      { serviceVariant: 'ДТ', receiverAddress: { name: 'И', terminalCode: 'X' } },
    ],
  ])('refuses an order with %s', async (what, more) => {
    const number = `wrong-${what.replaceAll(' ', '-')}`
    expect(await create(number, more)).toMatchObject({
      status: 'OrderError',
      errorMessage: expect.any(String),
    })
    expect(await simulator.ledger(number)).toMatchObject([{ state: 'rejected', isLive: false }])
    expect((await create(number)).status).toBe('OK')
  })

  it('cancels what has not moved; the rest only by telephone', async () => {
    await create('cancel-1')
    expect(await cancel('cancel-1')).toMatchObject({ status: 'Canceled' })
    expect(await cancel('cancel-1')).toMatchObject({ status: 'CanceledPreviously' })
    expect(await status('cancel-1')).toMatchObject({ status: 'OrderCancelled' })
    expect(await cancel('never')).toMatchObject({ status: 'NotFound' })
    const { orderNum } = await create('cancel-2')
    await simulator.move(orderNum!, 'accepted')
    expect(await cancel('cancel-2')).toMatchObject({ status: 'CallDPD' })
    expect(await simulator.ledger('cancel-')).toMatchObject([{ isLive: false }, { isLive: true }])
  })

  it('asks what it costs, also by parcels', async () => {
    const ends = { pickup: { cityId: 49694102 }, delivery: { cityId: 49455627 }, selfPickup: false }
    const request = { auth, ...ends, selfDelivery: true, weight: 1.5 }
    const light = await dpd<{ return: { serviceCode: string; cost: number; days: number }[] }>(
      ...(['calculator2', 'getServiceCost2', { request }] as const),
    )
    expect(light.return.map(({ serviceCode }) => serviceCode)).toContain('PCL')
    const parcel = [{ weight: 1.5, length: 60, width: 60, height: 60, quantity: 2 }]
    const byParcels = { auth, ...ends, selfDelivery: true, serviceCode: 'PCL', parcel }
    const big = await dpd<{ return: { serviceCode: string; cost: number }[] }>(
      ...(['calculator2', 'getServiceCostByParcels2', { request: byParcels }] as const),
    )
    expect(big.return).toHaveLength(1)
    const small = light.return.find(({ serviceCode }) => serviceCode === 'PCL')!
    expect(Number(big.return[0]!.cost)).toBeGreaterThan(Number(small.cost))
  })

  it('tells what is wrong as a fault with HTTP 500', async () => {
    const key = { ...auth, clientKey: 'wrong' }
    const { status: code, body } = await send(
      'order2',
      `<ns1:getOrderStatus xmlns:ns1="http://dpd.ru/ws/order2/2012-04-04"><orderStatus><auth><clientNumber>${key.clientNumber}</clientNumber><clientKey>${key.clientKey}</clientKey></auth></orderStatus></ns1:getOrderStatus>`,
    )
    expect(code).toBe(500)
    expect(body).toMatch(/^<\?xml version='1.0' encoding='UTF-8'\?><S:Envelope /)
    expect(body).toContain('<faultcode>S:Server</faultcode>')
    expect(body).toContain(
      '<ns2:WSFault xmlns:ns2="http://dpd.ru/ws/order2/2012-04-04"><code>auth-error</code>',
    )
  })

  it('passes over children that have a namespace, as JAXB does', async () => {
    const ns = 'xmlns:ns1="http://dpd.ru/ws/tracing/2011-11-18"'
    const inside = `<ns1:request><auth><clientNumber>1</clientNumber><clientKey>sim</clientKey></auth></ns1:request>`
    const { status: code, body } = await send(
      'tracing',
      `<ns1:getStatesByClient ${ns}>${inside}</ns1:getStatesByClient>`,
    )
    expect(code).toBe(500)
    expect(body).toContain('auth-error')
  })

  it.each([
    ['not XML', 'hello'],
    ['a DOCTYPE', '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'],
  ])('takes no message that is %s', async (_what, message) => {
    const path = '/dpd/services/order2'
    const { status: code, body } = await simulator.call('POST', path, message, {
      'content-type': 'text/xml',
    })
    expect(code).toBe(500)
    expect(body).toContain('<faultcode>S:Client</faultcode>')
  })

  it('answers a wrong number with the field, and a sparse place as the real one does', async () => {
    const ns = 'xmlns:ns1="http://dpd.ru/ws/calculator/2012-03-20"'
    const ask = (inside: string) =>
      send(
        'calculator2',
        `<ns1:getServiceCost2 ${ns}><request><auth><clientNumber>1</clientNumber><clientKey>sim</clientKey></auth>${inside}</request></ns1:getServiceCost2>`,
      )
    expect((await ask('<weight>many</weight>')).body).toContain('<code>error-value</code>')
    const sparse = await ask('<pickup><cityName>Урюпинск</cityName></pickup>')
    expect(sparse.body).toContain('java.lang.NullPointerException')
    const unknown = await ask('<pickup><cityId>1</cityId></pickup>')
    expect(unknown.body).toContain('<ns2:ServiceCostFault2')
  })

  const send = (service: string, inside: string) =>
    simulator.call(
      'POST',
      `/dpd/services/${service}`,
      `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>${inside}</soap:Body></soap:Envelope>`,
      { 'content-type': 'text/xml;charset=utf-8', soapaction: '""' },
    )

  it('tells the states again until they are confirmed, each parcel of an order apart', async () => {
    await drain()
    const parcel = ['1', '2'].map((n) => ({ number: `queue-1-${n}`, weight: 1 }))
    const { orderNum } = await create('queue-1', { cargoNumPack: 2, parcel })
    await simulator.move(orderNum!, 'accepted')
    const first = (await fetchStates()).return
    expect(first.states?.map(({ newState }) => newState)).toEqual([
      ...['NewOrderByClient', 'NewOrderByClient', 'OnTerminalPickup', 'OnTerminalPickup'],
    ])
    expect(new Set(first.states?.map(({ dpdParcelNr }) => dpdParcelNr)).size).toBe(2)
    const second = (await fetchStates()).return
    expect(second.states).toEqual(first.states)
    await simulator.move(orderNum!, 'in-transit')
    await confirm(second.docId)
    const rest = (await fetchStates()).return
    expect(rest.states?.map(({ newState }) => newState)).toEqual(['OnRoad', 'OnRoad'])
    await expect(confirm(second.docId)).rejects.toThrow('Данные не найдены')
  })

  it('gives no more than a hundred states at once, and says that there are more', async () => {
    await drain()
    const parcel = Array.from({ length: 60 }, (_, n) => ({ number: `many-1-${n}`, weight: 0.1 }))
    const { orderNum } = await create('many-1', { cargoNumPack: 60, parcel })
    await simulator.move(orderNum!, 'accepted')
    const page = (await fetchStates()).return
    expect(page.states).toHaveLength(100)
    expect(page.resultComplete).toBe(false)
    expect(await drain()).toHaveLength(120)
  })

  it('shows the log of one order by either number, without offsets in its instants', async () => {
    const { orderNum } = await create('log-1')
    for (const to of ['accepted', 'Problem:42', 'returning', 'returned'])
      await simulator.move(orderNum!, to)
    const request = { auth, dpdOrderNr: orderNum }
    const log = await dpd<Document>('tracing', 'getStatesByDPDOrder', { request })
    expect(log.return.states?.map(({ newState }) => newState)).toEqual([
      ...['NewOrderByClient', 'OnTerminalPickup', 'Problem', 'NewOrderByDPD', 'Delivered'],
    ])
    expect(log.return.states?.at(-1)?.isReturn).toBe(true)
    const mine = { auth, clientOrderNr: 'log-1' }
    const raw = await send(
      'tracing',
      `<n:getStatesByClientOrder xmlns:n="http://dpd.ru/ws/tracing/2011-11-18"><request><auth><clientNumber>${auth.clientNumber}</clientNumber><clientKey>sim</clientKey></auth><clientOrderNr>log-1</clientOrderNr></request></n:getStatesByClientOrder>`,
    )
    expect(raw.body).toMatch(/<transitionTime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d<\/transitionTime>/)
    expect(raw.body).toContain('<incidentCode>42</incidentCode>')
    const same = await dpd<Document>('tracing', 'getStatesByClientOrder', { request: mine })
    expect(same.return.states).toEqual(log.return.states)
  })

  it('has a queue of events of its own', async () => {
    const { orderNum } = await create('event-1')
    type Events = { return: { docId: number; event?: { dpdOrderNr: string; eventCode: string }[] } }
    const ask = () =>
      dpd<Events>('event-tracking', 'getEvents', { request: { auth, maxRowCount: 5000 } })
    const { docId, event } = (await ask()).return
    expect(event).toContainEqual(
      expect.objectContaining({ dpdOrderNr: orderNum, eventCode: 'NewOrderByClient' }),
    )
    await dpd('event-tracking', 'confirm', { request: { auth, docId } })
    expect((await ask()).return.event ?? []).toEqual([])
    const link = await dpd<{ return: { link: string } }>('event-tracking', 'getTrakingOrderLink', {
      trackingOrder: { auth, order: { orderNumberInternal: 'event-1' } },
    })
    expect(link.return.link).toContain(orderNum)
  })

  type Shop = {
    code: string
    parcelShopType: string
    state: string
    address: { cityName: string }
    limits: { maxWeight?: number } | null
    schedule: { operation: string }[]
  }
  const shops = async (request: object): Promise<Shop[]> => {
    const asked = { request: { auth, countryCode: 'RU', ...request } }
    const { return: found } = await dpd<{ return: { parcelShop: Shop[] } }>(
      'geography2',
      'getParcelShops',
      asked,
    )
    return found.parcelShop
  }

  it('lists its points: ПВП and П, full ones too, closed ones not', async () => {
    const all = await shops({ cityName: 'Казань' })
    expect(new Set(all.map(({ parcelShopType }) => parcelShopType))).toEqual(new Set(['ПВП', 'П']))
    const [full, closed] = all.filter(({ parcelShopType }) => parcelShopType === 'П')
    await simulator.call('PUT', `/_admin/points/dpd/${full!.code}`, { state: 'full' })
    await simulator.call('PUT', `/_admin/points/dpd/${closed!.code}`, { state: 'closed' })
    const now = await shops({ cityName: 'Казань' })
    expect(now.find(({ code }) => code === full!.code)?.state).toBe('Full')
    expect(now.map(({ code }) => code)).not.toContain(closed!.code)
    const to = { serviceVariant: 'ДТ', receiverAddress: { name: 'И', terminalCode: full!.code } }
    expect(await create('point-1', to)).toMatchObject({ status: 'OrderError' })
    await simulator.call('PUT', `/_admin/points/dpd/${full!.code}`, { state: 'open' })
    expect(await create('point-2', to)).toMatchObject({ status: 'OK' })
    const long = { ...to, parcel: [{ number: '1', weight: 1, length: 90, width: 10, height: 10 }] }
    expect(await create('point-3', long)).toMatchObject({ status: 'OrderError' })
  })

  it('lists its cities, and its terminals for who asks without a request', async () => {
    const cities = await dpd<{ return: { cityId: string; cityName: string }[] }>(
      'geography2',
      'getCitiesCashPay',
      {
        request: { auth, countryCode: 'RU' },
      },
    )
    expect(cities.return.map(({ cityName }) => cityName)).toContain('Новосибирск')
    const found = await dpd<{ return: { terminal: { terminalCode: string }[] } }>(
      'geography2',
      'getTerminalsSelfDelivery2',
      { auth },
    )
    expect(found.return.terminal.length).toBe(32)
  })

  it('prints a label', async () => {
    const { orderNum } = await create('label-1')
    type Label = { return: { file: string; order: { status: string }[] } }
    const label = await dpd<Label>('label-print', 'createLabelFile', {
      getLabelFile: {
        auth,
        fileFormat: 'PDF',
        pageSize: 'A5',
        order: [{ orderNum, parcelsNumber: 1 }],
      },
    })
    expect(Buffer.from(label.return.file, 'base64').toString('latin1')).toMatch(/^%PDF/)
    expect(label.return.order[0]?.status).toBe('OK')
  })

  it.skipIf(!areSpecificationsHere).each(['tracing', 'event-tracking'])(
    'describes %s as the vendor does',
    async (service) => {
      const served = async (what: string) =>
        parseXml((await simulator.call('GET', `/dpd/services/${service}?${what}`)).body as string)
      const theirs = (file: string) => parseXml(readSpecification(`dpd/${service}.${file}`))
      expect(typesOf(await served('xsd=1'))).toMatchObject(typesOf(theirs('xsd')))
      expect(operationsOf(await served('wsdl'))).toEqual(operationsOf(theirs('wsdl')))
    },
  )
})

/** Complex types by name, each with its children in order. */
function typesOf(schema: Element): Record<string, string[]> {
  const types = schema.children.filter(({ name }) => name === 'complexType')
  return Object.fromEntries(
    types.map((type) => [
      type.attributes.name!,
      type.children
        .flatMap((inside) => inside.children)
        .map(({ attributes: { name, type: of, minOccurs, maxOccurs } }) =>
          [name, of, minOccurs ?? '1', maxOccurs ?? '1'].join(' '),
        ),
    ]),
  )
}

function operationsOf(definitions: Element): unknown {
  const [port] = definitions.children.filter(({ name }) => name === 'portType')
  return {
    namespace: definitions.attributes.targetNamespace,
    name: port!.attributes.name,
    operations: port!.children
      .map(({ attributes, children }) => [
        attributes.name,
        ...children.map(({ name, attributes: { message } }) => `${name} ${message}`),
      ])
      .sort(),
  }
}
