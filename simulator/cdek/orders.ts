import { delayHours, UnknownState, type Booking } from '../booking.ts'
import type { Struck } from '../faults.ts'
import { fraction, uuidOf } from '../random.ts'
import type { World } from '../world.ts'
import { billedGrams, calculate, cityOf } from './calculate.ts'
import { checkForm, checkOrder, type Checked } from './check-order.ts'
import { calendarDays, DAY_MS } from './dates.ts'
import { cdekError, Refused, type CdekError } from './errors.ts'
import type { Offices } from './offices.ts'
import {
  currentStatus,
  destinationOf,
  isInvalid,
  isSettled,
  lastTask,
  toBooking,
  type Order,
  type OrderRequest,
  type OrderTask,
} from './order.ts'
import { codeFor, END_CODES, JOURNEYS, STATUSES } from './statuses.ts'
import { tariffByCode } from './tariffs.ts'

export type Orders = ReturnType<typeof openOrders>
/** Told of what the client may have subscribed to. */
export type Listeners = {
  onStatus(order: Order, status: Order['statuses'][number]): void
  onProblem(order: Order, code: string): void
  onDelay(order: Order): void
}

const HOUR_MS = 3_600_000

/** The orders of CDEK: taken at once, decided a moment later, carried as time passes. */
export function openOrders(world: World, offices: Offices, listeners: Listeners) {
  const { store, schedule, clock, seed } = world
  const table = store.table<Order>('cdek-order')
  const byNumber = new Map<string, Order[]>()
  const byCdekNumber = new Map<string, Order>()
  for (const order of table.values()) index(order)

  schedule.handle<{ uuid: string }>('cdek-settle', ({ uuid }, at) => settle(uuid, at))
  schedule.handle<{ uuid: string; task: string }>('cdek-task', ({ uuid, task }, at) =>
    finishTask(uuid, task, at),
  )
  schedule.handle<{ uuid: string }>('cdek-revive', ({ uuid }, at) => revive(uuid, at))
  schedule.handle<{ uuid: string }>('cdek-step', ({ uuid }, at) => step(uuid, at))

  function index(order: Order): void {
    const { number } = order.request
    if (number && !order.isReturn) {
      const key = `${order.account} ${number}`
      byNumber.set(key, [...(byNumber.get(key) ?? []), order])
    }
    if (order.cdekNumber) byCdekNumber.set(order.cdekNumber, order)
  }

  const save = (order: Order) => table.put(order.uuid, order)

  function addTask(order: Order, type: OrderTask['type']): OrderTask {
    const task: OrderTask = {
      ...{ uuid: uuidOf(seed, 'cdek-request', store.next('cdek-request')), type },
      ...{ at: clock.now(), state: 'ACCEPTED' },
    }
    order.tasks.push(task)
    save(order)
    return task
  }

  function setStatus(order: Order, code: string, at: number, reason?: string): void {
    const city = isFarEnd(code) ? toCity(order) : fromCity(order)
    const last = order.statuses.at(-1)
    // Instants are told to the second, and the newest counts.
    const status = {
      ...{ code, at: Math.max(at, (last?.at ?? 0) + 1000), city: city?.name ?? '' },
      ...(reason ? { reason } : {}),
    }
    order.statuses.push(status)
    if (code === 'RECEIVED_AT_SHIPMENT_WAREHOUSE') order.plannedAt = at + transitMs(order, at)
    if (code === 'ACCEPTED_AT_PICK_UP_POINT') order.keepFreeUntil = at + 7 * DAY_MS
    if (code === 'POSTOMAT_POSTED') order.keepFreeUntil = at + 3 * DAY_MS
    save(order)
    listeners.onStatus(order, status)
  }

  const fromCity = ({ request }: Order) =>
    request.shipment_point
      ? offices.cityOf(request.shipment_point)
      : cityOf(request.from_location ?? {})
  const toCity = ({ request, deliveryPoint }: Order) =>
    request.delivery_point
      ? offices.cityOf(deliveryPoint ?? request.delivery_point)
      : cityOf(request.to_location ?? {})

  function transitMs(order: Order, at: number): number {
    const [tariff, from, to] = [
      tariffByCode(order.request.tariff_code),
      fromCity(order),
      toCity(order),
    ]
    const found = tariff && from && to && calculate(tariff, from, to, order.request.packages)
    return calendarDays(found?.workingDays.max ?? 3, at) * DAY_MS
  }

  /** @throws {Refused} of what is wrong with its form */
  function create(account: string, request: OrderRequest, struck: Struck): Order {
    checkForm(request)
    const now = clock.now()
    const uuid = uuidOf(seed, 'cdek-order', store.next('cdek-order'))
    const order: Order = {
      ...{ uuid, account, request, createdAt: now, tasks: [], related: [], problems: [], price: 0 },
      statuses: [{ code: 'ACCEPTED', at: now, city: '' }],
    }
    const late = struck.get('late-success')
    if (late) order.lateMs = late.ms ?? 1000
    addTask(order, 'CREATE')
    index(order)
    if (struck.has('reject') || struck.has('couriers-busy'))
      lastTask(order, 'CREATE')!.errors = [
        cdekError('error_validate_tariff_not_supported_for_this_direction'),
      ]
    const usual = 200 + Math.floor(fraction(seed, uuid, 'settle') * 800)
    if (!struck.has('never-confirm') && !late)
      schedule.add(now + (struck.get('slow-confirm')?.ms ?? usual), 'cdek-settle', { uuid })
    return order
  }

  function settle(uuid: string, at: number): void {
    const order = table.get(uuid)
    if (!order || isSettled(order) || currentStatus(order).code === 'REMOVED') return
    const task = lastTask(order, 'CREATE')!
    try {
      if (task.errors) throw new Refused(...task.errors)
      refuseRepeatedNumber(order)
      succeed(order, task, checkOrder(order.request, offices), at)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      invalidate(order, task, error.errors, at)
    }
  }

  function succeed(order: Order, task: OrderTask, checked: Checked, at: number): void {
    task.state = 'SUCCESSFUL'
    if (checked.warnings.length > 0) task.warnings = checked.warnings
    if (checked.deliveryPoint) order.deliveryPoint = checked.deliveryPoint
    order.price = checked.calculation.price
    order.bookedAt = at
    order.cdekNumber = String(1_100_000_000 + store.next('cdek-number'))
    byCdekNumber.set(order.cdekNumber, order)
    setStatus(order, 'CREATED', at)
    travelOn(order, at)
  }

  function invalidate(order: Order, task: OrderTask, errors: CdekError[], at: number): void {
    task.state = 'INVALID'
    task.errors = errors
    setStatus(order, 'INVALID', at)
  }

  /** A number that an order had which was not refused is taken for good. */
  function refuseRepeatedNumber(order: Order): void {
    const others = byNumber.get(`${order.account} ${order.request.number}`) ?? []
    for (const other of others) {
      if (other === order) return
      if (!isInvalid(other))
        throw new Refused(cdekError('error_validate_im_dep_number_has_already_had_integration'))
    }
  }

  function requestDeletion(order: Order, struck: Struck): OrderTask {
    const task = addTask(order, 'DELETE')
    if (struck.has('needs-human') || struck.has('reject'))
      task.errors = [cdekError('error_validate_order_delete_documents_in_warehouse_is_not_empty')]
    const late = struck.get('late-success')
    if (late) order.lateMs = late.ms ?? 1000
    finishLater(order, task, struck)
    return task
  }

  function requestRefusal(order: Order, struck: Struck): OrderTask {
    const task = addTask(order, 'REFUSAL')
    finishLater(order, task, struck)
    return task
  }

  function finishLater(order: Order, task: OrderTask, struck: Struck): void {
    if (struck.has('never-confirm')) return
    const wait = struck.get('slow-confirm')?.ms ?? 100 + Math.floor(fraction(seed, task.uuid) * 400)
    schedule.add(clock.now() + wait, 'cdek-task', { uuid: order.uuid, task: task.uuid })
  }

  function finishTask(uuid: string, taskId: string, at: number): void {
    const order = table.get(uuid)
    const task = order?.tasks.find((one) => one.uuid === taskId)
    if (!order || !task || task.state !== 'ACCEPTED') return
    const { code } = currentStatus(order)
    if (task.type === 'DELETE' && !task.errors && code !== 'CREATED' && code !== 'ACCEPTED')
      task.errors = [cdekError('error_validate_order_delete_status')]
    if (task.type === 'REFUSAL' && END_CODES.includes(code))
      task.errors = [cdekError('v2_entity_invalid', uuid)]
    task.state = task.errors ? 'INVALID' : 'SUCCESSFUL'
    save(order)
    if (task.errors) return
    if (task.type === 'REFUSAL') setStatus(order, 'NOT_DELIVERED', at, '11')
    else {
      order.cancelledAt = at
      setStatus(order, 'REMOVED', at)
      if (order.lateMs !== undefined) schedule.add(at + order.lateMs, 'cdek-revive', { uuid })
    }
  }

  /** The cancelled order turns out to be carried after all. */
  function revive(uuid: string, at: number): void {
    const order = table.get(uuid)
    if (!order) return
    delete order.lateMs
    for (const status of order.statuses) if (status.code === 'REMOVED') status.deleted = true
    order.revivedAt = at
    if (!isSettled(order)) settle(uuid, at)
    else setStatus(order, 'CREATED', at)
  }

  /** By itself a parcel is handed over after four hours, and arrives within the tariff's terms. */
  function travelOn(order: Order, at: number): void {
    if (world.settings().journeys === 'manual') return
    const steps = JOURNEYS[destinationOf(order)]
    const wait =
      currentStatus(order).code === 'CREATED'
        ? 4 * HOUR_MS
        : (transitMs(order, order.bookedAt ?? at) / steps.length) *
          (0.6 + fraction(seed, order.uuid, order.statuses.length) * 0.5)
    schedule.add(at + Math.round(wait), 'cdek-step', { uuid: order.uuid })
  }

  function step(uuid: string, at: number): void {
    const order = table.get(uuid)
    if (!order || END_CODES.includes(currentStatus(order).code)) return
    if (world.settings().journeys === 'manual') return
    const next = nextCode(order)
    if (!next) return
    setStatus(order, next, at)
    if (!END_CODES.includes(next)) travelOn(order, at)
  }

  function nextCode(order: Order): string | undefined {
    const steps = JOURNEYS[destinationOf(order)]
    return steps[steps.indexOf(currentStatus(order).code) + 1]
  }

  /** @throws {UnknownState} */
  function advance(uuid: string, to: string): void {
    const order = table.get(uuid)!
    const now = clock.now()
    if (to === 'booked' && !isSettled(order)) return settle(uuid, now)
    if (to === 'rejected' && !isSettled(order))
      return invalidate(order, lastTask(order, 'CREATE')!, [cdekError('v2_internal_error')], now)
    if (to === 'booked' && currentStatus(order).code === 'REMOVED') return revive(uuid, now)
    if (to === 'revoke') return revoke(order)
    const hours = delayHours(to)
    if (hours !== undefined) return delay(order, hours, now)
    const [, problem] = /^problem:(\d+)$/.exec(to === 'exception' ? 'problem:9' : to) ?? []
    if (problem) return addProblem(order, problem, now)
    if (to === 'returned') return bringBack(order, now)
    const [raw = '', reason] = to.split(':')
    const code =
      to === 'next'
        ? nextCode(order)
        : (codeFor(to, destinationOf(order)) ?? (STATUSES[raw] ? raw : undefined))
    if (!code) throw new UnknownState(`CDEK has no ${to}`)
    if (code === 'REMOVED') order.cancelledAt = now
    const usual = to === 'lost' ? '26' : code === 'NOT_DELIVERED' ? '11' : undefined
    setStatus(order, code, now, reason ?? usual)
  }

  /** The vendor takes its last word back, an end too. */
  function revoke(order: Order): void {
    const last = currentStatus(order)
    last.deleted = true
    save(order)
    listeners.onStatus(order, last)
  }

  function delay(order: Order, hours: number, at: number): void {
    order.plannedAt = (order.plannedAt ?? at + transitMs(order, at)) + hours * HOUR_MS
    order.delayedAt = [...(order.delayedAt ?? []), at]
    save(order)
    listeners.onDelay(order)
  }

  function addProblem(order: Order, code: string, at: number): void {
    order.problems.push({ code, at })
    save(order)
    listeners.onProblem(order, code)
  }

  /** Not delivered, and an order in the other direction that has been. */
  function bringBack(order: Order, at: number): void {
    if (currentStatus(order).code !== 'NOT_DELIVERED') setStatus(order, 'NOT_DELIVERED', at, '11')
    const uuid = uuidOf(seed, 'cdek-order', store.next('cdek-order'))
    const cdekNumber = String(1_100_000_000 + store.next('cdek-number'))
    const back: Order = {
      ...{ uuid, cdekNumber, account: order.account, request: order.request, createdAt: at },
      tasks: [{ uuid: uuidOf(uuid, 'create'), type: 'CREATE', at, state: 'SUCCESSFUL' }],
      statuses: [{ code: 'CREATED', at, city: '' }],
      related: [{ uuid: order.uuid, type: 'direct_order' }],
      ...{ problems: [], price: 0, bookedAt: at, isReturn: true },
    }
    order.related.push({ uuid, type: 'return_order', cdek_number: cdekNumber })
    save(order)
    save(back)
    byCdekNumber.set(cdekNumber, back)
    setStatus(back, 'DELIVERED', at)
  }

  return {
    create,
    requestDeletion,
    requestRefusal,
    advance,
    save,
    fromCity,
    toCity,
    get: (uuid: string) => table.get(uuid),
    /** The newest under a client's number that was not refused, else the newest. */
    byNumber(account: string, number: string): Order | undefined {
      const all = byNumber.get(`${account} ${number}`) ?? []
      return all.findLast((order) => !isInvalid(order)) ?? all.at(-1)
    },
    byCdekNumber: (number: string) => byCdekNumber.get(number),
    *bookings(): Iterable<Booking> {
      for (const order of table.values()) if (!order.isReturn) yield toBooking(order)
    },
    forget() {
      byNumber.clear()
      byCdekNumber.clear()
    },
    billedGrams: ({ request }: Order) =>
      request.packages.reduce((sum, one) => sum + billedGrams(one), 0),
  }
}

const farEnd = new Set([
  ...['ACCEPTED_IN_RECIPIENT_CITY', 'ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE', 'TAKEN_BY_COURIER'],
  ...['ACCEPTED_AT_PICK_UP_POINT', 'POSTOMAT_POSTED', 'POSTOMAT_RECEIVED', 'POSTOMAT_SEIZED'],
  ...['RETURNED_TO_RECIPIENT_CITY_WAREHOUSE', 'DELIVERED', 'NOT_DELIVERED'],
  ...['ENTERED_TO_DELIVERY_WAREHOUSE', 'ENTERED_TO_WAREHOUSE_ON_DEMAND'],
])
const isFarEnd = (code: string) => farEnd.has(code)
