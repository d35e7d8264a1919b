import type { CarrierOperation } from '../../contracts/logistics.ts'
import type { CarrierBreaker, Result } from './breaker.ts'
import { CarrierError, type Call, type Carrier } from './carrier.ts'
import { Unanswered } from './unanswered.ts'

export type GuardOptions = {
  breaker: CarrierBreaker
  /** Who is meant: a carrier at one address. Contracts with the same one share its troubles. */
  scope: string
}

/**
 * A carrier that is not asked while it is in trouble. Operations are judged apart, so that a parcel can be tracked and
 * cancelled while nothing can be booked. Refusals are answers; only what may be better a moment later counts.
 * @throws {CarrierError} `unavailable` at once while the breaker is open
 */
export function guarded<T extends Carrier>(carrier: T, { breaker, scope }: GuardOptions): T {
  async function attempt<A>(
    operation: CarrierOperation,
    work: () => Promise<A>,
    before: () => Promise<unknown> = async () => {},
  ): Promise<A> {
    const key = `${scope}:${operation}`
    const entry = await breaker.enter(key)
    if (entry.outcome === 'open') {
      const { retryAfterMs } = entry
      const failure = { carrier: carrier.id, operation, kind: 'unavailable', retryAfterMs } as const
      throw new CarrierError(failure, 'not asked: too many failures')
    }
    let result: Result = 'none'
    try {
      if (entry.outcome === 'probe') await before()
      const answer = await work()
      result = isUnknown(answer) ? 'failed' : 'ok'
      return answer
    } catch (error) {
      result = resultOf(error)
      throw error
    } finally {
      await breaker.settle(key, entry.outcome, result)
    }
  }

  const { queue } = carrier
  return {
    ...carrier,
    isResting: (operation) => breaker.isOpen(`${scope}:${operation}`),
    quote: (request, call) => attempt('quote', () => carrier.quote(request, call)),
    book: (request, call) =>
      attempt(
        'book',
        () => carrier.book(request, call),
        // A booking is no thing to try with: whether it answers again is seen by asking what it costs.
        () => carrier.quote(request, call),
      ),
    confirm: (booking, call) => attempt('confirm', () => carrier.confirm(booking, call)),
    find: (booking, call) => attempt('confirm', () => carrier.find(booking, call)),
    cancel: (booking, call) => attempt('cancel', () => carrier.cancel(booking, call)),
    track: (booking, call) => attempt('track', () => carrier.track(booking, call)),
    ...(queue && {
      queue: {
        next: (call: Call) => attempt('track', () => queue.next(call)),
        confirm: (ticket: string, call: Call) =>
          attempt('track', () => queue.confirm(ticket, call)),
      },
    }),
    ...(carrier.point && {
      point: (code: string, call: Call) => attempt('points', () => carrier.point!(code, call)),
    }),
  }
}

const isUnknown = (answer: unknown) =>
  typeof answer === 'object' &&
  answer !== null &&
  'outcome' in answer &&
  answer.outcome === 'unknown'

/** Neither a limit on our own calls nor a caller who left says that the carrier is in trouble. */
function resultOf(error: unknown): Result {
  if (!(error instanceof CarrierError)) return 'none'
  if (error.kind !== 'unavailable') return 'ok'
  const code = error.cause instanceof Unanswered ? error.cause.details.code : undefined
  return code === 'busy' || code === 'aborted' ? 'none' : 'failed'
}
