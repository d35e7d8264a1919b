import type { Page, createApi } from './api.ts'

type Api = ReturnType<typeof createApi>
type Goods = { id: string; stock: number }
type Order = { id: string; number: string; state: string }

/** How far each of the demo orders of a seller has come. */
const WAYS: readonly (readonly string[])[] = [
  [],
  ['confirmed', 'assembling', 'shipped', 'delivered'],
  ['confirmed', 'cancelled'],
]

/** Some orders of what a shop has in stock in a city, by the seller's own key. Nothing in a city where it has nothing. */
export async function placeOrders(
  api: Api,
  { apiKey, shopId }: { apiKey: string; shopId: string },
  city: string,
): Promise<Order[]> {
  const query = new URLSearchParams({ city, shop: shopId, limit: '20' })
  const { items } = await api.get<Page<Goods>>(`/v1/listings?${query}`)
  const plenty = items.filter(({ stock }) => stock > 1)
  if (plenty.length === 0) return []
  const placed: Order[] = []
  for (const [at, states] of WAYS.entries()) {
    let order = await api.post<Order>(apiKey, '/v1/orders', {
      lines: [{ shopProductId: plenty[at % plenty.length]!.id, quantity: 1 }],
      buyer: { name: 'Анна Петрова', phone: '+7 900 123-45-67', email: 'anna@example.com' },
      deliverTo: { city, address: 'ул. Лесная, 5, кв. 12' },
    })
    for (const state of states)
      order = await api.post<Order>(apiKey, `/v1/orders/${order.id}/status`, { state })
    placed.push(order)
  }
  return placed
}
