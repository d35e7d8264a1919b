import type { TrackingStatus } from '../../../contracts/logistics.ts'
import type { CarrierQuote } from '../carrier.ts'

/** What `newState` means of one parcel. `NewOrderByDPD`: DPD made an order of its own, to bring it back or elsewhere. */
const meanings = new Map<string, TrackingStatus>(
  Object.entries({
    NewOrderByClient: 'booked',
    NewOrderByDPD: 'booked',
    NotDone: 'cancelled',
    OnTerminalPickup: 'accepted',
    OnRoad: 'in-transit',
    OnTerminal: 'in-transit',
    OnTerminalDelivery: 'at-destination',
    Delivering: 'out-for-delivery',
    Delivered: 'delivered',
    ReturnedFromDelivery: 'attempt-failed',
    Problem: 'exception',
    OrderDeliveryProblem: 'exception',
    Lost: 'lost',
  } as const),
)

export type DpdMeaning = { status: TrackingStatus; isUnknownCode?: true }

/** At the terminal where it ends it waits for a courier, or, where the buyer fetches it, for the buyer. */
export function meaningOfState(
  state: string,
  { isReturn, mode }: { isReturn: boolean; mode?: CarrierQuote['mode'] | undefined },
): DpdMeaning {
  const status = meanings.get(state)
  if (!status) return { status: isReturn ? 'returning' : 'in-transit', isUnknownCode: true }
  if (isReturn)
    return {
      status: status === 'delivered' ? 'returned' : status === 'lost' ? status : 'returning',
    }
  if (status === 'at-destination' && mode?.endsWith('point')) return { status: 'ready-for-pickup' }
  return { status }
}

/** How far each has come; of a booking's parcels the least advanced counts. */
const PROGRESS: TrackingStatus[] = [
  ...(['booked', 'accepted', 'in-transit', 'at-destination', 'ready-for-pickup'] as const),
  ...(['out-for-delivery', 'delivered'] as const),
]
const PASSING = new Set<TrackingStatus>(['attempt-failed', 'exception', 'returning'])

/** How a booking stands when one of its parcels has just come to `latest`. */
export function aggregate(latest: TrackingStatus, all: readonly TrackingStatus[]): TrackingStatus {
  if (all.every((status) => status === latest)) return latest
  if (PASSING.has(latest)) return latest
  if (!PROGRESS.includes(latest)) return 'exception'
  const progress = all.map((status) => PROGRESS.indexOf(status))
  const least = Math.min(
    ...progress.map((step) => (step < 0 ? PROGRESS.indexOf('in-transit') : step)),
  )
  return PROGRESS[least]!
}
