import { referenceOf } from '../../db/logistics/attempts.ts'
import type { FaultOrder } from '../../simulator/faults.ts'

/** After so many attempts a carrier does as it should: sooner or later a parcel goes. */
const SCRIPTED_ATTEMPTS = 5
/** Of them, so many may be refused for good: where all are, a person is asked, which is not what is tried here. */
const REFUSED_ATTEMPTS = 2

type Fault = Omit<FaultOrder, 'reference'>

/**
 * What befalls one shipment: a script for each of its attempts. A fifth is booked without anybody hearing of it; others are
 * refused, taken late, never decided, cancelled by telephone only, live again after they were cancelled; calls come twice and in disorder.
 */
export function faultsOf(
  shipmentId: string,
  random: () => number,
  timeoutMs: number,
): FaultOrder[] {
  const faults: FaultOrder[] = []
  for (let number = 1; number <= SCRIPTED_ATTEMPTS; number++)
    for (const fault of scriptOf(random, { timeoutMs, mayRefuse: number <= REFUSED_ATTEMPTS }))
      faults.push({ ...fault, reference: referenceOf({ shipmentId, number }) })
  return faults
}

function scriptOf(
  random: () => number,
  { timeoutMs, mayRefuse }: { timeoutMs: number; mayRefuse: boolean },
): Fault[] {
  const chance = (share: number) => random() < share
  const oneOf = <T>(...values: T[]): T => values[Math.floor(random() * values.length)]!
  const book = (fault: Fault): Fault[] => [{ ...fault, operation: 'book' }]
  const tooLong = timeoutMs + 1_000
  const script: Fault[] = chance(0.2)
    ? book({ kind: 'drop-after-commit', times: 1 })
    : oneOf<() => Fault[]>(
        () => [],
        () => [],
        () => book({ kind: mayRefuse ? 'reject' : 'couriers-busy', times: 1 }),
        () => book({ kind: 'couriers-busy', times: 1 }),
        () => book({ kind: 'status', status: 503, times: oneOf(1, 3) }),
        () => book({ kind: 'drop', times: 1 }),
        () => book({ kind: 'latency', ms: tooLong, times: 1 }),
        () => book({ kind: 'latency', ms: tooLong, effect: 'last', times: 1 }),
        () => book({ kind: 'never-confirm' }),
        () => book({ kind: 'slow-confirm', ms: oneOf(2_000, 6_000) }),
      )()
  if (chance(0.3))
    script.push({ kind: 'status', status: oneOf(500, 502, 503), operation: 'confirm', times: 2 })
  if (chance(0.3))
    script.push(
      oneOf<Fault>(
        { kind: 'status', status: 503, operation: 'cancel', times: 2 },
        { kind: 'drop-after-commit', operation: 'cancel', times: 1 },
        { kind: 'latency', ms: tooLong, operation: 'cancel', times: 1 },
        { kind: 'needs-human', operation: 'cancel' },
      ),
    )
  if (chance(0.15))
    script.push({ kind: 'late-success', operation: 'book', ms: oneOf(500, 1_500, 3_000) })
  if (chance(0.2)) script.push({ kind: 'status', status: 503, operation: 'track', times: 2 })
  if (chance(0.3)) script.push({ kind: 'webhook-duplicate', operation: 'track' })
  if (chance(0.3)) script.push({ kind: 'webhook-disorder', operation: 'track' })
  return script
}
