import type { DeliveryPhase, TrackingStatus } from '../../contracts/logistics.ts'

/** How far each has got, where events of the same moment compete. */
const PROGRESS: Record<TrackingStatus, number> = {
  'booking-pending': 0,
  booked: 1,
  'courier-assigned': 2,
  accepted: 3,
  'in-transit': 4,
  exception: 4,
  'at-destination': 5,
  'ready-for-pickup': 6,
  'out-for-delivery': 6,
  'attempt-failed': 7,
  returning: 8,
  rejected: 9,
  cancelled: 9,
  lost: 9,
  returned: 9,
  delivered: 9,
}

export const TRACKING_STATUSES = Object.keys(PROGRESS) as TrackingStatus[]

const ENDS = ['delivered', 'returned', 'lost', 'cancelled', 'rejected'] as const
export const isEnd = (status: TrackingStatus): status is (typeof ENDS)[number] =>
  (ENDS as readonly TrackingStatus[]).includes(status)

/** By these nobody knows whether the carrier has ever had it: there is trouble before it is fetched, too. */
const ANY_TIME: readonly TrackingStatus[] = [
  ...(['exception', 'attempt-failed', 'cancelled', 'rejected'] as const),
]

/** The carrier has it, or had it, by this status alone. */
export const isHandedOver = (status: TrackingStatus): boolean =>
  PROGRESS[status] >= PROGRESS.accepted && !ANY_TIME.includes(status)

export type LoggedEvent = {
  key: string
  status: TrackingStatus
  /** Milliseconds. */
  occurredAt: number
  isRevoked: boolean
  /** Nobody has said what its code means. */
  isUnknownCode: boolean
  /** What its carrier says of it, in our words. */
  reason?: string | null
}

const isGuess = ({ status, isUnknownCode }: LoggedEvent) => isUnknownCode && status === 'in-transit'

const isHandOver = (event: LoggedEvent) => isHandedOver(event.status) && !isGuess(event)

/** When the carrier had it first, in milliseconds; nothing while nothing that stands says that it has. */
export function handedOverAt(events: readonly LoggedEvent[]): number | undefined {
  const standing = events.filter((event) => !event.isRevoked && isHandOver(event))
  return standing.length === 0
    ? undefined
    : Math.min(...standing.map(({ occurredAt }) => occurredAt))
}

/**
 * Where it stands after all that is known, in whatever order that came: the newest event that was not taken back. Ends
 * outlast what is dated later: only the carrier itself takes them back; but what it was seen to have after a cancellation was
 * not cancelled. A code that nobody knows counts once the carrier has it. What was delivered in part stays delivered, whatever
 * becomes of the rest.
 */
export function projectStatus<E extends LoggedEvent>(events: readonly E[]): E | undefined {
  const standing = events.filter(({ isRevoked }) => !isRevoked)
  const seenAt = Math.max(
    ...standing.filter(isHandOver).map(({ occurredAt }) => occurredAt),
    -Infinity,
  )
  let best: E | undefined
  for (const event of standing) {
    if (isGuess(event) && seenAt === -Infinity) continue
    if (isCallOff(event.status) && event.occurredAt < seenAt) continue
    if (!best || outweighs(event, best)) best = event
  }
  return best
}

const isCallOff = (status: TrackingStatus) => status === 'cancelled' || status === 'rejected'

const isPartial = ({ status, reason }: LoggedEvent) =>
  status === 'delivered' && reason === 'partial'

function outweighs(a: LoggedEvent, b: LoggedEvent): boolean {
  if (isEnd(a.status) !== isEnd(b.status)) return isEnd(a.status)
  if (isPartial(a) !== isPartial(b)) return isPartial(a)
  if (a.occurredAt !== b.occurredAt) return a.occurredAt > b.occurredAt
  if (PROGRESS[a.status] !== PROGRESS[b.status]) return PROGRESS[a.status] > PROGRESS[b.status]
  return a.key > b.key
}

/**
 * The phase of a shipment whose live booking stands there. One that its carrier ends before it has left is still booked,
 * until the workflow has replaced it; one that ends on its way has failed.
 */
export function phaseOf(status: TrackingStatus, hasLeft: boolean): DeliveryPhase {
  if (status === 'delivered' || status === 'returned' || status === 'lost') return status
  if (status === 'cancelled' || status === 'rejected') return hasLeft ? 'failed' : 'booked'
  return hasLeft || isHandedOver(status) ? 'handed-over' : 'booked'
}
