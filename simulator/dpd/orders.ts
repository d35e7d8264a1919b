import { delayHours, UnknownState, type Booking } from '../booking.ts'
import type { Struck } from '../faults.ts'
import { fraction } from '../random.ts'
import type { World } from '../world.ts'
import { billedKg, cityOf, costOf } from './calculate.ts'
import {
  codeFor,
  isKnownCode,
  journeyOf,
  PENDING_MESSAGE,
  toBooking,
  type Header,
  type Order,
  type OrderRequest,
  type ParcelState,
} from './order.ts'
import type { ParcelShops } from './points.ts'
import type { Queue } from './queue.ts'

export type Orders = ReturnType<typeof openOrders>
export type OrderAnswer = {
  orderNumberInternal?: string
  orderNum?: string
  status: string
  errorMessage?: string
}
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const VARIANTS = ['ДД', 'ДТ', 'ТД', 'ТТ']
const ENDS = ['Delivered', 'NotDone', 'Lost']

/** The orders of DPD: created in one call, unless somebody there has to look at them first. */
export function openOrders(world: World, shops: ParcelShops, queue: Queue) {
  const { store, clock, schedule, seed } = world
  const table = store.table<Order>('dpd-order')
  const byNumber = new Map<string, Order[]>()
  const keyOf = (client: number, number: string) => `${client} ${number}`
  for (const order of table.values()) index(order)
  schedule.handle<{ orderNum: string }>('dpd-settle', ({ orderNum }, at) => settle(orderNum, at))
  schedule.handle<{ orderNum: string }>('dpd-revive', ({ orderNum }, at) => revive(orderNum, at))
  schedule.handle<{ orderNum: string }>('dpd-step', ({ orderNum }, at) => step(orderNum, at))

  function index(order: Order): void {
    const key = keyOf(order.client, order.request.orderNumberInternal)
    byNumber.set(key, [...(byNumber.get(key) ?? []), order])
  }
  const save = (order: Order) => table.put(order.orderNum, order)

  function find(client: number, number: string): Order | undefined {
    const all = byNumber.get(keyOf(client, number)) ?? []
    return all.findLast(({ status }) => status !== 'OrderError') ?? all.at(-1)
  }

  function create(
    client: number,
    header: Header,
    request: OrderRequest,
    struck: Struck,
  ): OrderAnswer {
    const { orderNumberInternal } = request
    const earlier = find(client, orderNumberInternal)
    if (earlier && earlier.status !== 'OrderError')
      return {
        orderNumberInternal,
        ...(earlier.status === 'OK' ? { orderNum: earlier.orderNum } : {}),
        ...{ status: 'OrderDuplicate', errorMessage: 'Заказ с таким номером уже существует' },
      }

    const now = clock.now()
    const number = store.next('dpd-order')
    const order: Order = {
      orderNum: `RU${String(19_200_000 + number).padStart(9, '0')}`,
      ...{ client, header, request, createdAt: now, status: 'OrderPending', price: 0, states: [] },
      parcels: Array.from(
        { length: Math.max(1, request.cargoNumPack) },
        (_, at) => `${number}${at + 1}`,
      ),
    }
    const wrong =
      struck.has('reject') || struck.has('couriers-busy')
        ? 'Доставка по указанному направлению временно невозможна'
        : whatIsWrong(order)
    save(order)
    index(order)
    if (wrong) {
      Object.assign(order, { status: 'OrderError', message: wrong })
      return answerOf(order)
    }
    const late = struck.get('late-success')
    const slow = struck.get('slow-confirm')
    if (late) order.lateMs = late.ms ?? 1000
    if (struck.has('needs-human')) order.needsHuman = true
    if (struck.has('never-confirm') || late || slow) {
      order.message = PENDING_MESSAGE
      if (slow) schedule.add(now + (slow.ms ?? 60_000), 'dpd-settle', { orderNum: order.orderNum })
    } else settle(order.orderNum, now)
    return answerOf(order)
  }

  function answerOf(order: Order): OrderAnswer {
    const { orderNumberInternal } = order.request
    return {
      orderNumberInternal,
      ...(order.status === 'OK' || order.status === 'OrderCancelled'
        ? { orderNum: order.orderNum }
        : {}),
      status: order.status,
      ...(order.message ? { errorMessage: order.message } : {}),
    }
  }

  /** In the words of DPD's manager; nothing where all is well. */
  function whatIsWrong({ request, header }: Order): string | undefined {
    const { serviceVariant, receiverAddress, cargoWeight, cargoNumPack, parcel } = request
    if (!VARIANTS.includes(serviceVariant)) return `Недопустимый вариант доставки ${serviceVariant}`
    if (cargoWeight <= 0) return 'Вес отправки должен быть больше нуля'
    if (cargoNumPack < 1) return 'Количество мест должно быть больше нуля'
    const from = ends(header.senderAddress, serviceVariant.startsWith('Т'))
    if (!from) return 'Не удалось определить населённый пункт отправителя'
    const toPoint = serviceVariant.endsWith('Т')
    const to = ends(receiverAddress, toPoint)
    if (!to) return 'Не удалось определить населённый пункт получателя'
    if (toPoint) {
      const shop = shops.find(receiverAddress.terminalCode ?? '')
      if (!shop) return 'Терминал получателя не найден'
      const state = shops.stateOf(shop.code)
      if (state === 'closed') return `Пункт ${shop.code} закрыт`
      if (state === 'full') return `Пункт ${shop.code} переполнен`
      const { maxShipmentWeight = Infinity, maxLength, maxWidth, maxHeight } = shop.limits
      if (cargoWeight > maxShipmentWeight) return 'Превышен допустимый вес для пункта выдачи'
      const cell = [maxLength, maxWidth, maxHeight]
        .map((side) => side ?? Infinity)
        .sort((a, b) => a - b)
      for (const { length = 0, width = 0, height = 0 } of parcel)
        if ([length, width, height].sort((a, b) => a - b).some((side, at) => side > cell[at]!))
          return 'Превышены допустимые габариты для пункта выдачи'
    }
    const kg = billedKg(cargoWeight, request.cargoVolume)
    const way = { from, to, selfPickup: serviceVariant.startsWith('Т'), selfDelivery: toPoint }
    if (!costOf(way, kg, request.serviceCode)) return `Услуга ${request.serviceCode} недоступна`
    return undefined
  }

  function ends({ terminalCode, city, index: postal }: Header['senderAddress'], isPoint: boolean) {
    const shop = isPoint && terminalCode ? shops.find(terminalCode) : undefined
    if (shop) return shop.city
    return (
      cityOf({ ...(city ? { cityName: city } : {}) }) ?? cityOf(postal ? { index: postal } : {})
    )
  }

  function termsOf({ request, header }: Order) {
    const { serviceVariant, serviceCode, receiverAddress } = request
    const [selfPickup, selfDelivery] = [
      serviceVariant.startsWith('Т'),
      serviceVariant.endsWith('Т'),
    ]
    const from = ends(header.senderAddress, selfPickup)
    const to = ends(receiverAddress, selfDelivery)
    const kg = billedKg(request.cargoWeight, request.cargoVolume)
    const cost = from && to && costOf({ from, to, selfPickup, selfDelivery }, kg, serviceCode)
    return { days: cost?.days ?? 5, price: Math.round((cost?.cost ?? 0) * 100), from, to }
  }

  function settle(orderNum: string, at: number): void {
    const order = table.get(orderNum)
    if (!order || order.status !== 'OrderPending') return
    const { days, price } = termsOf(order)
    delete order.message
    const pickup = Math.max(at, Date.parse(order.header.datePickup))
    Object.assign(order, { status: 'OK', bookedAt: at, price, plannedAt: pickup + days * DAY_MS })
    move(order, { code: 'NewOrderByClient', at })
    travelOn(order, at)
  }

  function move(order: Order, state: ParcelState): void {
    order.states.push(state)
    save(order)
    queue.tell(order, state)
  }

  /** By telephone only, once it is on its way. */
  function cancel(
    client: number,
    asked: { orderNumberInternal?: string; orderNum?: string },
    struck: Struck,
  ): OrderAnswer {
    const order = asked.orderNum
      ? table.get(asked.orderNum)
      : find(client, asked.orderNumberInternal ?? '')
    const answer = (status: string, message?: string): OrderAnswer => ({
      ...(asked.orderNumberInternal ? { orderNumberInternal: asked.orderNumberInternal } : {}),
      ...(order && order.status !== 'OrderPending' ? { orderNum: order.orderNum } : {}),
      status,
      ...(message ? { errorMessage: message } : {}),
    })
    if (!order || order.client !== client || order.status === 'OrderError')
      return answer('NotFound')
    if (order.status === 'OrderCancelled') return answer('CanceledPreviously')
    const isMoving = order.states.some(({ code }) => code !== 'NewOrderByClient')
    if (isMoving || order.needsHuman || struck.has('needs-human'))
      return answer('CallDPD', 'Отмена заказа возможна только по телефону')
    if (struck.has('reject')) return answer('Error', 'Ошибка отмены заказа')

    const at = clock.now()
    const wasBooked = order.status === 'OK'
    const late = struck.get('late-success')
    if (late) order.lateMs = late.ms ?? 1000
    Object.assign(order, { status: 'OrderCancelled', cancelledAt: at })
    if (wasBooked) move(order, { code: 'NotDone', at })
    else save(order)
    if (order.lateMs !== undefined)
      schedule.add(at + order.lateMs, 'dpd-revive', { orderNum: order.orderNum })
    return answer('Canceled')
  }

  /** Somebody at DPD has let the cancelled order through after all. */
  function revive(orderNum: string, at: number): void {
    const order = table.get(orderNum)
    if (!order || order.status !== 'OrderCancelled') return
    delete order.lateMs
    Object.assign(order, { status: 'OrderPending', revivedAt: at })
    settle(orderNum, at)
  }

  function travelOn(order: Order, at: number): void {
    if (world.settings().journeys === 'manual') return
    const steps = journeyOf(order)
    const isNew = order.states.at(-1)?.code === 'NewOrderByClient'
    const rest = ((order.plannedAt ?? at) - (order.bookedAt ?? at)) / steps.length
    const wait = isNew
      ? 5 * HOUR_MS
      : rest * (0.5 + fraction(seed, order.orderNum, order.states.length) * 0.5)
    schedule.add(at + Math.round(wait), 'dpd-step', { orderNum: order.orderNum })
  }

  function nextCode(order: Order): string | undefined {
    const steps = journeyOf(order)
    return steps[steps.indexOf(order.states.at(-1)?.code ?? '') + 1]
  }

  function step(orderNum: string, at: number): void {
    const order = table.get(orderNum)
    const code = order && order.status === 'OK' ? nextCode(order) : undefined
    if (!order || !code || world.settings().journeys === 'manual') return
    if (ENDS.includes(order.states.at(-1)?.code ?? '')) return
    move(order, { code, at })
    if (code !== 'Delivered') travelOn(order, at)
  }

  /** @throws {UnknownState} */
  function advance(orderNum: string, to: string): void {
    const order = table.get(orderNum)!
    const at = clock.now()
    if (to === 'booked' && order.status === 'OrderPending') return settle(orderNum, at)
    if (to === 'booked' && order.status === 'OrderCancelled') return revive(orderNum, at)
    if (to === 'rejected') {
      Object.assign(order, { status: 'OrderError', message: 'Заказ отклонён' })
      return save(order)
    }
    const hours = delayHours(to)
    if (hours !== undefined) {
      order.plannedAt = (order.plannedAt ?? at) + hours * HOUR_MS
      return save(order)
    }
    const [raw = '', incident] = to.split(':')
    const code =
      to === 'next' ? nextCode(order) : (codeFor(to) ?? (isKnownCode(raw) ? raw : undefined))
    if (!code) throw new UnknownState(`DPD has no ${to}`)
    if (code === 'NotDone') Object.assign(order, { status: 'OrderCancelled', cancelledAt: at })
    const isReturn = to === 'returning' || to === 'returned'
    const why = incident ?? (code === 'Problem' ? '10' : undefined)
    move(order, {
      code,
      at,
      ...(why ? { incident: why } : {}),
      ...(isReturn ? { isReturn: true } : {}),
    })
  }

  return {
    create,
    cancel,
    advance,
    answerOf,
    find,
    termsOf,
    get: (orderNum: string) => table.get(orderNum),
    findByParcel(client: number, number: string): Order | undefined {
      for (const order of table.values())
        if (order.client === client && order.request.parcel.some((one) => one.number === number))
          return order
      return undefined
    },
    forget: () => byNumber.clear(),
    *bookings(): Iterable<Booking> {
      for (const order of table.values()) yield toBooking(order)
    },
  }
}
