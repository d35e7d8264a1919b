import { cancellationSignal } from '@temporalio/activity'
import { CarrierError, type QueuedChange } from '../../clients/carriers/carrier.ts'
import { LIVE, type AttemptRow } from '../../db/logistics/attempts.ts'
import {
  handled,
  keepUnmatched,
  listWaiting,
  type CarrierWebhookRow,
  type Unmatched,
} from '../../db/logistics/carrier-webhooks.ts'
import { findBooking } from '../../db/logistics/find-booking.ts'
import { makeDue } from '../../db/logistics/make-due.ts'
import { notePoint } from '../../db/logistics/pickup-points.ts'
import { findShipment } from '../../db/logistics/shipments.ts'
import { usablePoint } from '../../domain/logistics/usable-point.ts'
import { keyOf } from './booking-key.ts'
import type { Contract } from './contracts-with-carriers.ts'
import type { LogisticsDeps } from './deps.ts'
import * as meters from './meters.ts'
import { isItsOwnFault } from './own-fault.ts'
import type { Teller } from './teller.ts'

const PAGE = 64
/** After so many what cannot be read is put aside. */
const MOST_TRIES = 3

/** What carriers tell of themselves, by calls and by queues. One message that cannot be read holds up no other. */
export const createInbox = (deps: LogisticsDeps, { apply, wakeLoser }: Teller) => {
  const { system, log } = deps
  const call = () => ({ signal: cancellationSignal(), timeoutMs: deps.callTimeoutMs })

  /** What a carrier has called us with: what it proves is applied, what it only claims is asked for. @returns how much there was */
  async function handleWebhooks(contract: Contract): Promise<number> {
    const carrier = contract.carrier.id
    const waiting = await listWaiting(system, { accountId: contract.accountId, limit: PAGE })
    for (const webhook of waiting) {
      const outcome = await ownFaults(() => handleWebhook(contract, webhook))
      if (outcome === 'failed') log.warn({ carrier, webhookId: webhook.id }, 'a call is not read')
      meters.carrierWebhooks.add(1, { carrier, outcome })
      await handled(system, webhook, { outcome, mostTries: MOST_TRIES })
    }
    return waiting.length
  }

  async function handleWebhook(
    contract: Contract,
    { body, headers }: CarrierWebhookRow,
  ): Promise<string> {
    const told = contract.carrier.parseWebhook?.(body, new Headers(headers))
    if (!told || told.outcome === 'ignored') return 'ignored'
    if (told.outcome === 'forged') return 'forged'
    if (told.outcome === 'point-changed') return await readPointAgain(contract, told.code)
    const attempt = await findBooking(system, contract, told)
    if (!attempt) return 'stranger'
    if (!told.isHint) {
      await apply(attempt, { events: told.events }, 'webhook')
      return 'applied'
    }
    // A loser's is told by its watch as well: whatever it says, it is looked at.
    if (LIVE.includes(attempt.state)) await makeDue(system, attempt.id)
    else await wakeLoser(attempt)
    return 'hint'
  }

  /** Nobody signs what is told of a point: what counts is what its carrier answers. What it does not now, the next sync sees. */
  async function readPointAgain({ carrier }: Contract, code: string): Promise<string> {
    if (!carrier.point) return 'ignored'
    try {
      const point = await carrier.point(code, call())
      await notePoint(system, { carrier: carrier.id, code }, point && usablePoint(point))
      return 'point'
    } catch (error) {
      if (!(error instanceof CarrierError)) throw error
      return 'point-unread'
    }
  }

  /** It comes again until it is confirmed, and that happens when all of it is kept. @returns whether there is more */
  async function drainPage(contract: Contract): Promise<number> {
    const { carrier, accountId } = contract
    if (!carrier.queue) return 0
    try {
      const { ticket, changes, isLast } = await carrier.queue.next(call())
      const unmatched: Unmatched[] = []
      for (const change of changes) {
        const outcome = await ownFaults(() => take(contract, change))
        meters.queuedChanges.add(1, { carrier: carrier.id, outcome })
        if (outcome === 'stranger' || outcome === 'failed') unmatched.push({ ...change, outcome })
      }
      await keepUnmatched(system, accountId, unmatched)
      if (ticket !== undefined) await carrier.queue.confirm(ticket, call())
      return isLast ? 0 : 1
    } catch (error) {
      if (!(error instanceof CarrierError)) throw error
      return 0
    }
  }

  /** It is of one parcel, and of several each has its own: how the booking stands is asked for. */
  async function take(contract: Contract, change: QueuedChange): Promise<string> {
    const attempt = await findBooking(system, contract, change)
    if (!attempt) return 'stranger'
    if (!LIVE.includes(attempt.state)) {
      await apply(attempt, { events: [change.event] }, 'queue')
      return 'applied'
    }
    await makeDue(system, attempt.id)
    return isOfAnother(attempt, change) ? readAnother(contract, attempt, change.carrierId) : 'hint'
  }

  /** An order of the carrier's own for the same parcels, to bring them back or elsewhere. */
  const isOfAnother = ({ carrierRef }: AttemptRow, { carrierId }: QueuedChange) =>
    carrierRef !== null && carrierRef !== carrierId

  async function readAnother({ carrier }: Contract, attempt: AttemptRow, carrierId: string) {
    try {
      const shipment = await findShipment(system, attempt.shipmentId)
      const key = keyOf(attempt, shipment?.parcels.length)
      const told = await carrier.track({ ...key, carrierId }, call())
      await apply(attempt, told, 'queue')
      return 'applied'
    } catch (error) {
      // What cannot be read today cannot be read tomorrow.
      if (error instanceof CarrierError && error.kind === 'malformed') return 'failed'
      throw error
    }
  }

  return { handleWebhooks, drainPage }
}

async function ownFaults(read: () => Promise<string>): Promise<string> {
  try {
    return await read()
  } catch (error) {
    if (!isItsOwnFault(error)) throw error
    return 'failed'
  }
}
