import { condition, patched, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { LogisticsActivities } from '../../activities/logistics/index.ts'
import { nextDue, silenceStage, type SlaDue, type SlaView } from '../../domain/logistics/sla.ts'
import { isEnd, isHandedOver, phaseOf } from '../../domain/logistics/tracking-status.ts'
import * as policies from '../policies.ts'
import { show, type Delivery } from './delivery.ts'
import { raiseMissed } from './missed.ts'

const { askPerson } = proxyActivities<LogisticsActivities>(policies.mustLand)

/** `dropped`: by its carrier, before that had it. `long`: so is the history. */
export type Turn = 'ended' | 'dropped' | 'hand-over-late' | 'wish' | 'long'

/** Stands by a booking: takes what is told of it, and raises what is missed, until something must be done about it. */
export async function followBooking(delivery: Delivery): Promise<Turn> {
  for (;;) {
    const { shipmentId, terms } = delivery
    const seen = delivery.news
    const hasNews = () => delivery.news !== seen
    const { status } = takeChange(delivery)

    if (delivery.wish) return 'wish'
    if ((status === 'cancelled' || status === 'rejected') && !delivery.hasLeft) return 'dropped'
    if (isEnd(status)) {
      if (!(await condition(hasNews, terms.afterEndMs))) return 'ended'
      if (!isEnd(delivery.change!.status)) await askPerson({ shipmentId, kind: 'taken-back' })
      continue
    }
    if (workflowInfo().continueAsNewSuggested) return 'long'

    const due = nextDue(viewOf(delivery), terms, (key) => delivery.raised.has(key))
    if (!due) await condition(hasNews)
    else if (!(await comesBefore(hasNews, due))) {
      await raiseMissed(delivery, due)
      if (due.kind === 'hand-over-late' && !wasHandedOver(delivery)) return 'hand-over-late'
    }
  }
}

/** No time left is no wait at all, which `condition` takes for a wait without end. */
const comesBefore = async (hasNews: () => boolean, { at }: SlaDue): Promise<boolean> => {
  const restMs = at - Date.now()
  return restMs > 0 && (await condition(hasNews, restMs))
}

const wasHandedOver = ({ hasLeft, change }: Delivery): boolean =>
  hasLeft || change!.hasLeft === true || isHandedOver(change!.status)

function takeChange(delivery: Delivery) {
  const change = delivery.change!
  const { status, eta } = change
  delivery.hasLeft = wasHandedOver(delivery)
  show(delivery, { status, phase: phaseOf(status, delivery.hasLeft), ...(eta && { eta }) })
  return change
}

function viewOf(delivery: Delivery): SlaView {
  const { change, bookedAt, readyAt, state, hasLeft, attempts, terms } = delivery
  const { status, statusAt, eta, storedUntil } = change!
  return {
    ...{ status, hasLeft, attempt: attempts },
    statusAt: Date.parse(statusAt),
    bookedAt: Date.parse(bookedAt),
    readyAt: Date.parse(readyAt),
    promiseLatest: Date.parse(state.promise!.latest),
    eta: eta === undefined ? undefined : Date.parse(eta),
    storedUntil: storedUntil === undefined ? undefined : Date.parse(storedUntil),
    silence:
      terms.silenceMs[status] !== undefined && patched('deliverOrder/silent-again')
        ? silenceStage(status, Date.parse(statusAt))
        : status,
  }
}
