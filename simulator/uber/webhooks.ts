import { createHmac } from 'node:crypto'
import { slugOf } from '../random.ts'
import { tellingTimes } from '../told-events.ts'
import { instant, type World } from '../world.ts'
import { courierSpot, deliveryToJson, type Delivery } from './delivery.ts'

export type Subscription = { id: string; url: string; key: string; customer?: string | undefined }
export type Webhooks = ReturnType<typeof openWebhooks>

/** Three tries in all, after which an event is lost. */
const RETRIES_MS = [10_000, 30_000]

/**
 * Calls that are made in the vendor's dashboard, here by the admin routes. Each is signed: HMAC-SHA256 of its bytes in
 * lower-case hex, under both names.
 */
export function openWebhooks(world: World) {
  const { store, clock, courier, seed } = world
  const table = store.table<Subscription>('uber-webhook')

  courier.rules('uber', {
    isWanted: ({ subscription }) => table.get(subscription) !== undefined,
    mayRetry: (outcome) => outcome !== 'refused',
    onOutcome: () => {},
  })

  function send(delivery: Delivery, kind: string, more: object, times: number[]): void {
    for (const { id, url, key, customer } of table.values()) {
      if (customer !== undefined && customer !== delivery.customer) continue
      const now = clock.now()
      const body = JSON.stringify({
        ...{ id: `evt_${slugOf(seed, 'uber-event', store.next('uber-event'))}`, kind },
        ...{ created: instant(now), customer_id: delivery.customer, delivery_id: delivery.id },
        ...{ live_mode: false, ...more, route_id: '', batch_id: '' },
        data: deliveryToJson(delivery, now),
      })
      const signature = createHmac('sha256', key).update(body).digest('hex')
      const headers = { 'x-uber-signature': signature, 'X-Postmates-Signature': signature }
      for (const at of times)
        courier.send(
          { url, body, headers, retryAfterMs: RETRIES_MS, carrier: 'uber', subscription: id },
          at,
        )
    }
  }

  return {
    subscribe(url: string, key: string, customer?: string): Subscription {
      const known = [...table.values()].find((one) => one.url === url)
      const made = {
        id: known?.id ?? `uber-webhook-${store.next('uber-webhook')}`,
        url,
        key,
        customer,
      }
      table.put(made.id, made)
      return made
    },
    list: () => [...table.values()],
    tellStatus(delivery: Delivery): void {
      const { external_id: external, idempotency_key: key } = delivery.request
      const times = tellingTimes(world, { carrier: 'uber', reference: key ?? external })
      send(delivery, 'event.delivery_status', { status: delivery.status }, times)
    },
    tellCourier(delivery: Delivery): void {
      const location = courierSpot(delivery, clock.now())
      send(delivery, 'event.courier_update', { location }, [clock.now()])
    },
  }
}
