import type { createApi, Page } from './api.ts'
import type { DemoFileSeller } from './demo-file.ts'

type Api = ReturnType<typeof createApi>
type Goods = { id: string; stock: number }
type Order = { id: string; number: string; state: string }
type Quotes = { items: { carrier: string; service: string }[]; explained: string }
type Delivery = {
  id: string
  workflowId: string
  phase: string
  state: string
  carrier?: string
  trackingNumber?: string
  failovers: number
  trackUrl: string
  timeline: unknown[]
}
type Booking = { id: string; reference: string; isLive: boolean; trackingNumber?: string }

/** An order from a shop in Moscow to Petersburg, by carriers of which the best one refuses. */
export type DeliveryStory = Awaited<ReturnType<typeof openDeliveryStory>>

export async function openDeliveryStory(api: Api, seller: DemoFileSeller, simulator: string) {
  const key = seller.apiKey
  const query = new URLSearchParams({ city: 'spb', shop: seller.shopId, limit: '50' })
  const { items } = await api.get<Page<Goods>>(`/v1/listings?${query}`)
  const goods = items.find(({ stock }) => stock > 1)
  if (!goods) throw new Error('The shop has nothing in Petersburg')
  const order = await api.post<Order>(key, '/v1/orders', {
    lines: [{ shopProductId: goods.id, quantity: 1 }],
    buyer: { name: 'Анна Петрова', phone: '+7 900 123-45-67' },
    deliverTo: { city: 'spb', address: 'Невский проспект, 28' },
  })
  await api.post(key, `/v1/orders/${order.id}/status`, { state: 'confirmed' })

  return {
    order,
    quotes: () => api.post<Quotes>(key, '/v1/delivery-quotes', { orderId: order.id }),
    start: () => api.post<Delivery>(key, `/v1/orders/${order.id}/delivery`, {}),
    delivery: (id: string) => api.get<Delivery>(`/v1/deliveries/${id}`, key),
    orderNow: () => api.get<Order>(`/v1/orders/${order.id}`, key),

    /** Every booking is refused by it from now on. @returns how to make it book again */
    async refuseAll(carrier: string): Promise<() => Promise<unknown>> {
      const fault = { carrier, operation: 'book', kind: 'reject' }
      const { faults } = await tell<{ faults: { id: string }[] }>('/_admin/faults', fault)
      return () =>
        fetch(`${simulator}/_admin/faults?id=${encodeURIComponent(faults[0]!.id)}`, {
          method: 'DELETE',
        })
    },

    /** What the carriers themselves hold of a delivery. */
    async bookings(deliveryId: string): Promise<Booking[]> {
      const reference = `${deliveryId.replaceAll('-', '')}-`
      const response = await fetch(`${simulator}/_admin/ledger?reference=${reference}`)
      return ((await response.json()) as { bookings: Booking[] }).bookings
    },

    move: (bookingId: string, to: string) =>
      tell(`/_admin/bookings/${encodeURIComponent(bookingId)}/advance`, { to }),

    async page({ trackUrl }: Delivery): Promise<string> {
      const response = await fetch(trackUrl, { headers: { accept: 'text/html' } })
      if (!response.ok) throw new Error(`${trackUrl}: ${response.status}`)
      return response.text()
    },
  }

  async function tell<T>(path: string, body: object): Promise<T> {
    const response = await fetch(simulator + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
}
