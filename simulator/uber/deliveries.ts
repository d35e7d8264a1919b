import { delayHours, UnknownState, type Booking } from '../booking.ts'
import type { Struck } from '../faults.ts'
import { slugOf, uuidOf } from '../random.ts'
import type { World } from '../world.ts'
import {
  ENDS,
  toBooking,
  type Delivery,
  type DeliveryRequest,
  type RoboCourier,
  type Status,
} from './delivery.ts'
import { refuse } from './errors.ts'
import { routeOf, type openQuotes } from './quotes.ts'
import type { Webhooks } from './webhooks.ts'

export type Deliveries = ReturnType<typeof openDeliveries>
type Step =
  | 'assign'
  | 'enroute'
  | 'pickup-imminent'
  | 'pickup'
  | 'dropoff-start'
  | 'dropoff-imminent'
  | 'dropoff'
type Key = { id: string; until: number }

const MINUTE_MS = 60_000
const KEY_LIFE_MS = 60 * MINUTE_MS
const UPDATE_MS = 20_000
/** Of the robo courier that goes by itself. */
const ROBO_STEP_MS = 30_000
/** Minutes after the booking, where nobody has asked for a robo courier. */
const USUAL: Record<Step, number> = {
  ...{ assign: 3, enroute: 4, 'pickup-imminent': 10, pickup: 14 },
  ...{ 'dropoff-start': 16, 'dropoff-imminent': 30, dropoff: 34 },
}
const STEPS: readonly Step[] = [
  ...(['assign', 'enroute', 'pickup-imminent', 'pickup'] as const),
  ...(['dropoff-start', 'dropoff-imminent', 'dropoff'] as const),
]

/** The deliveries of Uber: booked at once; a courier is found later, or never. */
export function openDeliveries(
  world: World,
  quotes: ReturnType<typeof openQuotes>,
  webhooks: Webhooks,
) {
  const { store, clock, schedule, seed } = world
  const table = store.table<Delivery>('uber-delivery')
  const keys = store.table<Key>('uber-key')
  schedule.handle<{ id: string; step: Step; robo: boolean }>(
    'uber-step',
    ({ id, step, robo }, at) => onStep(id, step, robo, at),
  )
  schedule.handle<{ id: string }>('uber-update', ({ id }, at) => updateCourier(id, at))
  schedule.handle<{ id: string }>('uber-revive', ({ id }, at) => revive(id, at))

  /** Told to the client where the status or the nearness changed. */
  function change(delivery: Delivery, change: Partial<Delivery>, at: number): void {
    const before = `${delivery.status} ${delivery.isImminent}`
    Object.assign(delivery, change, { updatedAt: Math.max(at, delivery.updatedAt + 1) })
    table.put(delivery.id, delivery)
    if (`${delivery.status} ${delivery.isImminent}` !== before) webhooks.tellStatus(delivery)
  }

  /** @throws {Refused} */
  function create(customer: string, request: DeliveryRequest, struck: Struck): Delivery {
    const now = clock.now()
    const key = request.idempotency_key ?? request.manifest_reference
    const keyId = `${customer} ${key}`
    const earlier = key === undefined ? undefined : keys.get(keyId)
    if (earlier && earlier.until > now) refuse('duplicate_delivery', { delivery_id: earlier.id })
    if (struck.has('couriers-busy')) refuse('couriers_busy')
    if (struck.has('reject')) refuse('address_undeliverable')

    const route = routeOf(request, now)
    const fee = request.quote_id ? quotes.take(customer, request.quote_id, request) : route.fee
    const number = store.next('uber-delivery')
    const late = struck.get('late-success')
    const { pickup, dropoff, windows, minutes } = route
    const delivery: Delivery = {
      ...{ id: `del_${slugOf(seed, 'uber-delivery', number)}`, uuid: uuidOf(seed, 'uber', number) },
      ...{ customer, request, pickup, dropoff, windows, minutes, fee, tip: request.tip ?? 0 },
      ...(request.quote_id ? { quoteId: request.quote_id } : {}),
      ...{ status: 'pending', isImminent: false, hasCourier: false },
      ...{ createdAt: now, updatedAt: now, undeliverableAction: '', related: [] },
      ...(late ? { lateMs: late.ms ?? 1000 } : {}),
      ...(struck.has('needs-human') ? { needsHuman: true } : {}),
      ...(struck.has('never-confirm') ? { neverFound: true } : {}),
    }
    table.put(delivery.id, delivery)
    if (key !== undefined) keys.put(keyId, { id: delivery.id, until: now + KEY_LIFE_MS })
    webhooks.tellStatus(delivery)
    if (!delivery.neverFound) plan(delivery, struck.get('slow-confirm')?.ms ?? 0)
    return delivery
  }

  function plan(delivery: Delivery, delayMs: number): void {
    const robo = delivery.request.test_specifications?.robo_courier_specification
    if (!robo && world.settings().journeys === 'manual') return
    const times = robo ? roboTimes(robo, delivery.createdAt) : usualTimes(delivery)
    for (const [step, at] of times)
      schedule.add(at + delayMs, 'uber-step', { id: delivery.id, step, robo: robo !== undefined })
  }

  function usualTimes({ windows, createdAt }: Delivery): [Step, number][] {
    const from = Math.max(createdAt, windows.pickupReady - 10 * MINUTE_MS)
    return STEPS.map((step) => [step, from + USUAL[step] * MINUTE_MS])
  }

  function onStep(id: string, step: Step, robo: boolean, at: number): void {
    const delivery = table.get(id)
    if (!delivery || ENDS.includes(delivery.status)) return
    if (!robo && world.settings().journeys === 'manual') return
    doStep(delivery, step, at)
  }

  function doStep(delivery: Delivery, step: Step, at: number): void {
    switch (step) {
      case 'assign':
        if (!delivery.hasCourier) schedule.add(at + UPDATE_MS, 'uber-update', { id: delivery.id })
        return change(delivery, { hasCourier: true }, at)
      case 'enroute':
        return change(delivery, { hasCourier: true, status: 'pickup', isImminent: false }, at)
      case 'pickup-imminent':
        return change(delivery, { hasCourier: true, status: 'pickup', isImminent: true }, at)
      case 'pickup':
        return change(
          delivery,
          { hasCourier: true, status: 'pickup_complete', isImminent: false, pickedUpAt: at },
          at,
        )
      case 'dropoff-start':
        return change(delivery, { hasCourier: true, status: 'dropoff', isImminent: false }, at)
      case 'dropoff-imminent':
        return change(delivery, { hasCourier: true, status: 'dropoff', isImminent: true }, at)
      case 'dropoff':
        return dropOff(delivery, at)
    }
  }

  function dropOff(delivery: Delivery, at: number): void {
    const reason = delivery.request.test_specifications?.robo_courier_specification?.cancel_reason
    if (!reason)
      return change(delivery, { status: 'delivered', isImminent: false, droppedAt: at }, at)
    const failed = { undeliverableReason: reason, isImminent: false, droppedAt: at } as const
    switch (delivery.request.undeliverable_action) {
      case 'leave_at_door':
        return change(
          delivery,
          { ...failed, status: 'delivered', undeliverableAction: 'left_at_door' },
          at,
        )
      case 'return':
        return bringBack(delivery, failed, at)
      default:
        return change(delivery, { ...failed, status: 'canceled', canceledAt: at }, at)
    }
  }

  /** A delivery of its own takes it back: `ret_…`. */
  function bringBack(delivery: Delivery, failed: Partial<Delivery>, at: number): void {
    const number = store.next('uber-delivery')
    const back: Delivery = {
      ...delivery,
      ...{ id: `ret_${slugOf(seed, 'uber-delivery', number)}`, uuid: uuidOf(seed, 'uber', number) },
      ...{ pickup: delivery.dropoff, dropoff: delivery.pickup, status: 'dropoff', fee: 0, tip: 0 },
      ...{ createdAt: at, updatedAt: at, isReturnTrip: true },
      related: [{ id: delivery.id, relationship: 'original' }],
      request: { ...delivery.request, test_specifications: {} },
    }
    delivery.related = [...delivery.related, { id: back.id, relationship: 'return' }]
    table.put(back.id, back)
    change(delivery, { ...failed, status: 'returned', undeliverableAction: 'returned' }, at)
    webhooks.tellStatus(back)
    schedule.add(at + ROBO_STEP_MS, 'uber-step', { id: back.id, step: 'dropoff', robo: true })
  }

  /** Every 20 seconds; those that the clock was put past are not made up for. */
  function updateCourier(id: string, at: number): void {
    const delivery = table.get(id)
    if (!delivery?.hasCourier || ENDS.includes(delivery.status)) return
    webhooks.tellCourier(delivery)
    const missed = Math.floor(Math.max(0, clock.now() - at) / UPDATE_MS)
    schedule.add(at + (missed + 1) * UPDATE_MS, 'uber-update', { id })
  }

  /** @throws {Refused} */
  function cancel(delivery: Delivery, struck: Struck): void {
    const isOnTheWay = delivery.status === 'pickup_complete' || delivery.status === 'dropoff'
    if (isOnTheWay || ENDS.includes(delivery.status) || delivery.needsHuman)
      refuse('noncancelable_delivery')
    if (struck.has('needs-human') || struck.has('reject')) refuse('noncancelable_delivery')
    const at = clock.now()
    const late = struck.get('late-success')
    if (late) delivery.lateMs = late.ms ?? 1000
    change(delivery, { status: 'canceled', isImminent: false, canceledAt: at }, at)
    if (delivery.lateMs !== undefined)
      schedule.add(at + delivery.lateMs, 'uber-revive', { id: delivery.id })
  }

  /** The courier comes all the same. */
  function revive(id: string, at: number): void {
    const delivery = table.get(id)
    if (delivery?.status !== 'canceled') return
    delete delivery.lateMs
    change(delivery, { status: 'pickup', hasCourier: true, revivedAt: at }, at)
  }

  /** @throws {UnknownState} */
  function advance(id: string, to: string): void {
    const delivery = table.get(id)!
    const at = clock.now()
    if (to === 'cancelled' || to === 'canceled')
      return change(delivery, { status: 'canceled', isImminent: false, canceledAt: at }, at)
    const hours = delayHours(to)
    if (hours !== undefined) return change(delivery, { minutes: delivery.minutes + hours * 60 }, at)
    if (to === 'booked' && delivery.status === 'canceled') return revive(id, at)
    if (to === 'returned') {
      const reason = {
        undeliverableReason: 'customer_unavailable',
        isImminent: false,
        droppedAt: at,
      } as const
      return bringBack(delivery, reason, at)
    }
    const step = to === 'next' ? nextStep(delivery) : stepFor(to)
    if (!step) throw new UnknownState(`Uber has no ${to}`)
    doStep(delivery, step, at)
  }

  return {
    create,
    cancel,
    advance,
    get: (id: string) => table.get(id),
    save: (delivery: Delivery) => change(delivery, {}, clock.now()),
    list: (customer: string) =>
      [...table.values()].filter((one) => one.customer === customer).toReversed(),
    *bookings(): Iterable<Booking> {
      for (const delivery of table.values()) if (!delivery.isReturnTrip) yield toBooking(delivery)
    },
  }
}

function nextStep({ status, isImminent, hasCourier }: Delivery): Step | undefined {
  const next: Partial<Record<Status, Step>> = {
    pending: hasCourier ? 'enroute' : 'assign',
    pickup: isImminent ? 'pickup' : 'pickup-imminent',
    pickup_complete: 'dropoff-start',
    dropoff: isImminent ? 'dropoff' : 'dropoff-imminent',
  }
  return next[status]
}

function stepFor(to: string): Step | undefined {
  const steps: Record<string, Step> = {
    ...{ 'courier-assigned': 'assign', accepted: 'pickup', 'in-transit': 'pickup' },
    ...{ 'at-destination': 'dropoff-imminent', 'out-for-delivery': 'dropoff-start' },
    ...{
      delivered: 'dropoff',
      pickup: 'enroute',
      pickup_complete: 'pickup',
      dropoff: 'dropoff-start',
    },
  }
  return steps[to]
}

/**
 * When a robo courier does what. `auto` is assigned at once and takes half a minute for each of five steps; `custom` has an
 * instant for each, and those that are left out do not come.
 */
function roboTimes(robo: RoboCourier, from: number): [Step, number][] {
  const given = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text))
  const auto = (step: number) => from + step * ROBO_STEP_MS
  const isAuto = robo.mode !== 'custom'
  const pickup = isAuto ? auto(3) : given(robo.pickup_at)
  const imminent = isAuto ? auto(4) : given(robo.dropoff_imminent_at)
  // The vendor names five steps; on the way to the buyer the courier is for a while before he is near.
  const start = pickup !== undefined && imminent !== undefined ? (pickup + imminent) / 2 : undefined
  const times: [Step, number | undefined][] = [
    ['assign', from],
    ['enroute', isAuto ? auto(1) : given(robo.enroute_for_pickup_at)],
    ['pickup-imminent', isAuto ? auto(2) : given(robo.pickup_imminent_at)],
    ['pickup', pickup],
    ['dropoff-start', start],
    ['dropoff-imminent', imminent],
    ['dropoff', isAuto ? auto(5) : given(robo.dropoff_at)],
  ]
  return times.flatMap(([step, at]) => (at === undefined || Number.isNaN(at) ? [] : [[step, at]]))
}
