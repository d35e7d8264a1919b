import type { AttemptState, GivenUpFor } from '../../contracts/logistics.ts'
import type { AttemptRow } from '../../db/logistics/attempts.ts'

export type Booking =
  | { outcome: 'booked'; bookedAt: string }
  | { outcome: 'pending' }
  /** It may exist or not. */
  | { outcome: 'unknown' }
  /** Refused, not there, or cancelled: another carrier may be asked. `mayWake`: what was asked for can still come to life. */
  | { outcome: 'gone'; why: GivenUpFor; mayWake: boolean }

/** Nobody has given it up, and its carrier has not decided. */
export const UNSETTLED: readonly AttemptState[] = ['asked', 'pending', 'unknown']

/** What the state of an attempt means to its shipment. A refusal is final, if it was the answer to the only question. */
export function bookingOf({ state, bookedAt, givenUpFor, calls }: AttemptRow): Booking {
  switch (state) {
    case 'booked':
      return { outcome: 'booked', bookedAt: bookedAt!.toISOString() }
    case 'pending':
      return { outcome: 'pending' }
    case 'asked':
    case 'unknown':
    case 'cancelling':
      return { outcome: 'unknown' }
    case 'rejected':
      return { outcome: 'gone', why: givenUpFor ?? 'rejected', mayWake: calls > 1 }
    case 'absent':
    case 'cancelled':
    case 'woken':
    case 'loose':
      return { outcome: 'gone', why: givenUpFor ?? 'no-answer', mayWake: true }
  }
}
