import { tellingTimes } from '../told-events.ts'
import type { World } from '../world.ts'
import type { Order, ParcelState } from './order.ts'

/** What waits to be fetched and confirmed, of one parcel. */
export type Entry = {
  id: string
  order: number
  orderNum: string
  parcel: string
  state: ParcelState
  from: number
}
type Doc = { id: string; client: number; entries: string[] }
export type QueueName = 'tracing' | 'events'
export type Queue = ReturnType<typeof openQueue>

const PAGE = 100

/**
 * Two queues for each contract: what is fetched comes again until it has been confirmed, and is gone then.
 * DPD calls nobody.
 */
export function openQueue(world: World) {
  const { store, clock } = world
  const names: QueueName[] = ['tracing', 'events']
  const entries = {
    tracing: store.table<Entry>('dpd-tracing'),
    events: store.table<Entry>('dpd-events'),
  }
  const clients = store.table<number>('dpd-queue-client')
  const docs = store.table<Doc>('dpd-doc')
  const keyOf = (queue: QueueName, docId: number) => `${queue} ${docId}`

  return {
    tell(order: Order, state: ParcelState): void {
      const times = tellingTimes(world, {
        ...{ carrier: 'dpd', reference: order.request.orderNumberInternal },
      })
      for (const at of times)
        for (const parcel of order.parcels)
          for (const name of names) {
            const number = store.next(`dpd-${name}`)
            const id = `${name}-${number}`
            entries[name].put(id, {
              id,
              order: number,
              orderNum: order.orderNum,
              parcel,
              state,
              from: at,
            })
            clients.put(id, order.client)
          }
    },
    /** The oldest that wait, and the number by which to confirm them. */
    fetch(name: QueueName, client: number, limit = PAGE) {
      const now = clock.now()
      const waiting = [...entries[name].values()]
        .filter(({ id, from }) => from <= now && clients.get(id) === client)
        .sort((a, b) => a.from - b.from || a.order - b.order)
      const some = waiting.slice(0, limit)
      const docId = store.next('dpd-doc')
      if (some.length > 0)
        docs.put(keyOf(name, docId), {
          id: String(docId),
          client,
          entries: some.map(({ id }) => id),
        })
      return { docId, entries: some, isComplete: some.length === waiting.length }
    },
    /** @returns false where there is no such document */
    confirm(name: QueueName, client: number, docId: number): boolean {
      const doc = docs.get(keyOf(name, docId))
      if (!doc || doc.client !== client) return false
      for (const id of doc.entries) {
        entries[name].delete(id)
        clients.delete(id)
      }
      docs.delete(keyOf(name, docId))
      return true
    },
    waiting: (name: QueueName) => entries[name].size(),
  }
}
