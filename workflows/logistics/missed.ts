import { CancellationScope, condition, proxyActivities, sleep } from '@temporalio/workflow'
import type { LogisticsActivities } from '../../activities/logistics/index.ts'
import { slaKey, type SlaDue } from '../../domain/logistics/sla.ts'
import * as policies from '../policies.ts'
import { show, type Delivery } from './delivery.ts'

const { raiseSla } = proxyActivities<LogisticsActivities>(policies.mustLand)

/** Once: an alert, an event and a metric. */
export async function raiseMissed(delivery: Delivery, due: SlaDue): Promise<void> {
  const { shipmentId, raised } = delivery
  const { kind, stage, at } = due
  if (raised.has(slaKey(due))) return
  raised.add(slaKey(due))
  if (kind === 'late') show(delivery, { isLate: true })
  await raiseSla({ shipmentId, kind, stage, dueAt: new Date(at || Date.now()).toISOString() })
}

/** Does what must be done while no booking is followed, and raises what is missed meanwhile: the promise. */
export async function watchingPromise<T>(delivery: Delivery, work: () => Promise<T>): Promise<T> {
  return beside(work, async () => {
    await condition(() => delivery.state.promise !== undefined)
    await raiseAt(delivery, {
      ...{ kind: 'late', stage: '' },
      at: Date.parse(delivery.state.promise!.latest),
    })
  })
}

/** The same until some carrier has confirmed: each time that one is sought is a stage of its own. */
export async function watchingBooking<T>(delivery: Delivery, work: () => Promise<T>): Promise<T> {
  const since = Date.now()
  const stage = delivery.attempts === 0 ? '' : String(delivery.attempts)
  return beside(work, async () => {
    await condition(() => delivery.isPlanned)
    await raiseAt(delivery, { kind: 'booking-late', stage, at: since + delivery.terms.bookingMs })
  })
}

async function beside<T>(work: () => Promise<T>, watch: () => Promise<void>): Promise<T> {
  const scope = new CancellationScope()
  scope.run(watch).catch(() => {})
  try {
    return await work()
  } finally {
    scope.cancel()
  }
}

async function raiseAt(delivery: Delivery, due: SlaDue): Promise<void> {
  const restMs = due.at - Date.now()
  if (restMs > 0) await sleep(restMs)
  // It was missed, though what was waited for should come at this very moment.
  await CancellationScope.nonCancellable(() => raiseMissed(delivery, due))
}
