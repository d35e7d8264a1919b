import { fraction } from './random.ts'
import type { Store } from './store.ts'

export const CARRIERS = ['cdek', 'dpd', 'uber'] as const
export type CarrierName = (typeof CARRIERS)[number]

export const OPERATIONS = ['quote', 'book', 'confirm', 'cancel', 'track', 'points'] as const
export type Operation = (typeof OPERATIONS)[number]

export const FAULT_KINDS = [
  /** `ms` of real time pass before the answer; the effect comes first, or with `effect: 'last'` last. */
  'latency',
  /** An answer of `status`, without any effect. */
  'status',
  /** The connection breaks, without any effect. */
  'drop',
  /** The effect is there, and the connection breaks before the answer. */
  'drop-after-commit',
  /** The carrier refuses for good, in its own words. */
  'reject',
  /** Taken, and never decided. */
  'never-confirm',
  /** Taken, and decided `ms` later. */
  'slow-confirm',
  /** Lives again `ms` after it was cancelled. */
  'late-success',
  /** Only a person can cancel it. */
  'needs-human',
  'couriers-busy',
  /** Each event is told twice. */
  'webhook-duplicate',
  /** Each event is told after the next one. */
  'webhook-disorder',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export type Fault = {
  id: string
  kind: FaultKind
  /** All, where it is not said. */
  carrier?: CarrierName | undefined
  operation?: Operation | undefined
  /** Only for what was booked under a reference that starts so. */
  reference?: string | undefined
  status?: number | undefined
  retryAfterSeconds?: number | undefined
  /** `latency`: of real time; others: of the carriers' time. */
  ms?: number | undefined
  effect?: 'first' | 'last' | undefined
  probability: number
  /** For ever, where it is not said. */
  times?: number | undefined
  /** How often it has struck. */
  struck: number
  /** By reference, how often it was asked: the seed decides each time anew. */
  asked: Record<string, number>
}
export type FaultOrder = Omit<Fault, 'id' | 'struck' | 'asked' | 'probability'> & {
  probability?: number | undefined
}

/** The faults that strike one request, one of a kind at most. */
export type Struck = ReadonlyMap<FaultKind, Fault>

export type Faults = {
  add(order: FaultOrder): Fault
  list(): Fault[]
  /** All, or those of one id or reference. */
  remove(which?: { id?: string | undefined; reference?: string | undefined }): number
  /** Decides which faults strike now, of those kinds or of all that can strike such a request. Each asking counts. */
  strike(where: Where, kinds?: readonly FaultKind[]): Struck
}
export type Where = { carrier: CarrierName; operation: Operation; reference?: string | undefined }

const none: Struck = new Map()

const ANYWHERE: FaultKind[] = ['latency', 'status', 'drop', 'drop-after-commit']
/** How a booking is decided is settled when it is made; a fault of `confirm` is looked up then. */
const DECIDING: FaultKind[] = ['never-confirm', 'slow-confirm', 'late-success']
/** What a request can be struck by: a fault of another kind is not used up by it. */
const STRIKING: Record<Operation, FaultKind[]> = {
  quote: [...ANYWHERE, 'reject', 'couriers-busy'],
  book: [...ANYWHERE, ...DECIDING, 'reject', 'couriers-busy', 'needs-human'],
  confirm: ANYWHERE,
  cancel: [...ANYWHERE, ...DECIDING, 'reject', 'needs-human'],
  track: ANYWHERE,
  points: ANYWHERE,
}

/** @param seed decides, with what the fault is about, whether a fault with a probability strikes */
export function openFaults(store: Store, seed: string): Faults {
  const table = store.table<Fault>('fault')
  const byPlace = new Map<string, Fault[]>()
  for (const fault of table.values()) enter(fault)

  function enter(fault: Fault): void {
    for (const carrier of fault.carrier ? [fault.carrier] : CARRIERS)
      for (const operation of fault.operation ? [fault.operation] : OPERATIONS) {
        const place = `${carrier} ${operation}`
        const there = byPlace.get(place)
        if (there) there.push(fault)
        else byPlace.set(place, [fault])
      }
  }

  function strikes(fault: Fault, reference = ''): boolean {
    if (fault.reference !== undefined && !reference.startsWith(fault.reference)) return false
    if (fault.times !== undefined && fault.struck >= fault.times) return false
    if (fault.probability >= 1) return true
    const asked = fault.asked[reference] ?? 0
    fault.asked[reference] = asked + 1
    table.put(fault.id, fault)
    const { carrier = '', operation = '', kind } = fault
    return fraction(seed, carrier, operation, kind, reference, asked) < fault.probability
  }

  return {
    add(order) {
      const id = `fault-${store.next('fault')}`
      const fault = { probability: 1, ...order, id, struck: 0, asked: {} } as Fault
      table.put(id, fault)
      enter(fault)
      return fault
    },
    list: () => [...table.values()],
    remove({ id, reference } = {}) {
      const gone = [...table.values()].filter(
        (fault) =>
          (id === undefined || fault.id === id) &&
          (reference === undefined || fault.reference === reference),
      )
      for (const fault of gone) table.delete(fault.id)
      byPlace.clear()
      for (const fault of table.values()) enter(fault)
      return gone.length
    },
    strike({ carrier, operation, reference }, kinds = STRIKING[operation]) {
      const there = byPlace.get(`${carrier} ${operation}`) ?? []
      const deciding =
        operation === 'book'
          ? (byPlace.get(`${carrier} confirm`) ?? []).filter(
              (fault) => fault.operation === 'confirm' && DECIDING.includes(fault.kind),
            )
          : []
      if (there.length + deciding.length === 0) return none
      const struck = new Map<FaultKind, Fault>()
      for (const fault of [...there, ...deciding]) {
        if (struck.has(fault.kind) || !kinds.includes(fault.kind)) continue
        if (strikes(fault, reference)) {
          fault.struck++
          struck.set(fault.kind, fault)
          table.put(fault.id, fault)
        }
      }
      return struck
    },
  }
}
