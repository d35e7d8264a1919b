import { uuidOf } from '../random.ts'
import { tellingTimes } from '../told-events.ts'
import type { PointState, World } from '../world.ts'
import { cdekDate, cdekInstant } from './dates.ts'
import type { Order, OrderStatus } from './order.ts'
import { STATUSES } from './statuses.ts'

export const WEBHOOK_TYPES = [
  ...['ORDER_STATUS', 'ORDER_MODIFIED', 'PRINT_FORM', 'RECEIPT', 'DOWNLOAD_PHOTO'],
  ...['PREALERT_CLOSED', 'ACCOMPANYING_WAYBILL', 'OFFICE_AVAILABILITY', 'DELIV_PROBLEM'],
  'DELIV_AGREEMENT',
]

export type Subscription = {
  uuid: string
  account: string
  type: string
  url: string
  /** Since when nothing but refusals came from there. */
  failingSince?: number
}
export type Webhooks = ReturnType<typeof openWebhooks>

/** A client that does not answer is tried twelve times within 75 minutes. */
const RETRIES_MS = Array.from({ length: 11 }, () => (75 * 60_000) / 11)
const GIVE_UP_MS = 24 * 3_600_000

/**
 * The vendor's calls: not signed, without an id of their own. An address that times out to the end loses all its
 * subscriptions; one that refuses for a day loses that subscription.
 */
export function openWebhooks(world: World) {
  const { store, clock, courier, schedule, seed } = world
  const table = store.table<Subscription>('cdek-webhook')

  courier.rules('cdek', {
    isWanted: ({ subscription }) => table.get(subscription) !== undefined,
    mayRetry: (outcome) => outcome === 'timed-out' || outcome === 'unreachable',
    onOutcome({ subscription, url }, outcome, isLast) {
      const found = table.get(subscription)
      if (!found) return
      if (outcome === 'timed-out') {
        if (isLast) for (const one of table.values()) if (one.url === url) table.delete(one.uuid)
        return
      }
      if (outcome === 'taken') {
        if (found.failingSince === undefined) return
        delete found.failingSince
        table.put(found.uuid, found)
      } else if (found.failingSince === undefined) {
        found.failingSince = clock.now()
        table.put(found.uuid, found)
        schedule.add(found.failingSince + GIVE_UP_MS, 'cdek-unsubscribe', {
          ...{ uuid: found.uuid, since: found.failingSince },
        })
      }
    },
  })
  schedule.handle<{ uuid: string; since: number }>('cdek-unsubscribe', ({ uuid, since }) => {
    if (table.get(uuid)?.failingSince === since) table.delete(uuid)
  })

  function tell(
    account: string | undefined,
    type: string,
    uuid: string,
    attributes: object,
    reference?: string,
  ) {
    const listening = [...table.values()].filter(
      (one) => one.type === type && (account === undefined || one.account === account),
    )
    if (listening.length === 0) return
    const body = JSON.stringify({ type, date_time: cdekInstant(clock.now()), uuid, attributes })
    for (const at of tellingTimes(world, { carrier: 'cdek', reference }))
      for (const { url, uuid: subscription } of listening)
        courier.send(
          { url, body, headers: {}, retryAfterMs: RETRIES_MS, carrier: 'cdek', subscription },
          at,
        )
  }

  return {
    subscribe(account: string, type: string, url: string): Subscription {
      const uuid = uuidOf(seed, 'cdek-webhook', store.next('cdek-webhook'))
      const made = { uuid, account, type, url }
      table.put(uuid, made)
      return made
    },
    list: (account: string) => [...table.values()].filter((one) => one.account === account),
    find: (account: string, uuid: string) => {
      const found = table.get(uuid)
      return found?.account === account ? found : undefined
    },
    unsubscribe: (uuid: string) => table.delete(uuid),

    tellStatus(order: Order, status: OrderStatus, cityCode?: number): void {
      const known = STATUSES[status.code]
      if (status.code === 'ACCEPTED' || status.code === 'INVALID' || !known) return
      tell(
        order.account,
        'ORDER_STATUS',
        order.uuid,
        {
          ...{ is_return: order.isReturn ?? false, is_reverse: false, is_client_return: false },
          cdek_number: order.cdekNumber ?? '',
          ...(order.request.number ? { number: order.request.number } : {}),
          ...{ code: status.code, status_code: String(known.number) },
          ...(status.reason ? { status_reason_code: status.reason } : {}),
          status_date_time: cdekInstant(status.at),
          ...(status.city ? { city_name: status.city } : {}),
          ...(cityCode ? { city_code: String(cityCode) } : {}),
          ...(status.deleted ? { deleted: true } : {}),
        },
        order.request.number,
      )
    },
    tellProblem(order: Order, code: string): void {
      const attributes = {
        ...{ cdek_number: order.cdekNumber ?? '', code, create_date: cdekInstant(clock.now()) },
        ...(order.request.number ? { number: order.request.number } : {}),
      }
      tell(order.account, 'DELIV_PROBLEM', order.uuid, attributes, order.request.number)
    },
    /** The word is the vendor's. */
    tellPlan(order: Order): void {
      const attributes = {
        ...{ cdek_number: order.cdekNumber ?? '' },
        ...(order.request.number ? { number: order.request.number } : {}),
        modification_type: 'PLANED_DELIVERY_DATE_CHANGED',
        new_value: { type: 'DATE', value: cdekDate(order.plannedAt ?? clock.now()) },
      }
      tell(order.account, 'ORDER_MODIFIED', order.uuid, attributes, order.request.number)
    },
    tellOffice(uuid: string, code: string, state: PointState): void {
      const type = state === 'open' ? 'AVAILABLE_OFFICE' : 'UNAVAILABLE_OFFICE'
      tell(undefined, 'OFFICE_AVAILABILITY', uuid, { type, code })
    },
    tellPrintForm(account: string, uuid: string, type: string, url: string): void {
      tell(account, 'PRINT_FORM', uuid, { type, url })
    },
  }
}
