import type { BookingKey, CancelAnswer } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { beforehand, malformed } from '../unanswered.ts'
import {
  currentStatus,
  isRemoved,
  newest,
  readRegistration,
  reasonsOf,
  type CdekOrderInfo,
  type CdekProblem,
} from './answers.ts'
import { isSecond, orderOfBooking, reasonOf } from './book.ts'
import type { CdekClient } from './client.ts'
import { meaningOfError, type CdekMeaning } from './errors.ts'
import { throwOnCdekTrouble } from './quote.ts'
import { meaningOfStatus } from './statuses.ts'

/**
 * Deletes the order, which is free, and only possible before it has moved (`refusal` would be billed). It is looked at
 * first: a deletion that is under way is not asked for again, and one that is done is told.
 */
export async function cancel(
  client: CdekClient,
  booking: BookingKey,
  deadline: Deadline,
): Promise<CancelAnswer> {
  const found = await beforehand(orderOfBooking(client, booking, deadline))
  if (found === 'absent' || found === 'never-valid') return { outcome: 'already' }
  // The first, which lives, is not to be had by our number.
  if (isSecond(found)) throw malformed('a number used twice')
  const standing = standingBefore(found)
  if (standing) return standing

  const { status, json } = await client.ask(
    { method: 'DELETE', path: `/v2/orders/${encodeURIComponent(found.entity!.uuid)}` },
    deadline,
  )
  const answer = readRegistration(json)
  const [problem] = reasonsOf(status, answer)
  if (problem) return refusedBy(problem)
  const deletion = newest(answer.requests, 'DELETE')
  if (!deletion) throw malformed('nothing is said of the deletion')
  return { outcome: deletion.state === 'SUCCESSFUL' ? 'cancelled' : 'pending' }
}

function standingBefore(order: CdekOrderInfo): CancelAnswer | undefined {
  const deletion = newest(order.requests, 'DELETE')
  if (isRemoved(order)) return { outcome: deletion ? 'cancelled' : 'already' }
  const now = currentStatus(order.entity?.statuses ?? [])
  if (now?.code === 'INVALID' || newest(order.requests, 'CREATE')?.state === 'INVALID')
    return { outcome: 'already' }
  if (deletion?.state === 'ACCEPTED' || deletion?.state === 'WAITING') return { outcome: 'pending' }
  if (now && now.code !== 'CREATED' && now.code !== 'ACCEPTED')
    return tooLate({ code: now.code.toLowerCase(), message: undefined }, now.code)
  // CDEK takes every deletion in, and refuses it later.
  const refusal = deletion?.errors.find(({ code }) => FINAL.has(meaningOfError(code)))
  return refusal && refusedBy(refusal)
}

const FINAL = new Set<CdekMeaning>(['too-late', 'needs-human'])

function refusedBy(problem: CdekProblem): CancelAnswer {
  throwOnCdekTrouble(problem)
  switch (meaningOfError(problem.code)) {
    case 'absent':
    case 'never-valid':
      return { outcome: 'already' }
    case 'in-progress':
    case 'not-ready':
      return { outcome: 'pending' }
    case 'too-late':
      return tooLate(problem)
    default:
      return { outcome: 'needs-human', reason: reasonOf(problem) }
  }
}

/** Up to its end it can still be refused (`POST …/refusal`), and comes back. */
function tooLate(problem: CdekProblem, code?: string): CancelAnswer {
  const status = code ? meaningOfStatus(code).status : 'in-transit'
  const returnable = status !== 'delivered' && status !== 'lost' && status !== 'returning'
  return { outcome: 'too-late', returnable, reason: reasonOf(problem) }
}
