import type { Carrier, CarrierAccount } from '../carrier.ts'
import { startDeadline } from '../deadline.ts'
import { answering, answeringPages, effecting } from '../unanswered.ts'
import type { Wire } from '../wire.ts'
import { book, confirm, find } from './book.ts'
import { cancel } from './cancel.ts'
import { createDpdClient } from './client.ts'
import { label } from './label.ts'
import { createPointLookup } from './point-lookup.ts'
import { points } from './points.ts'
import { quote } from './quote.ts'
import { dpdSettings } from './settings.ts'
import { createQueue, track } from './track.ts'

const QUOTE_MS = 10_000
/** Orders are slow, and a connection that drops has often made one (the vendor's advice: wait 30 s). */
const CALL_MS = 30_000
const POINTS_MS = 120_000

/**
 * DPD in Russia, SOAP. It pushes nothing: its queue is read, or each order asked after.
 * @throws {z.ZodError} where the account's settings make no sense
 */
export function createDpd(account: CarrierAccount, wire: Wire): Carrier {
  const settings = dpdSettings.parse(account.settings ?? {})
  const client = createDpdClient(account, wire)
  const carrier = 'dpd'
  const findPoint = createPointLookup(() =>
    points(client, { countryCode: 'RU' }, () => startDeadline({}, POINTS_MS)),
  )
  return {
    id: carrier,
    quote: (request, call) =>
      answering({ carrier, operation: 'quote' }, () =>
        quote(client, settings, request, startDeadline(call, QUOTE_MS)),
      ),
    book: (request, call) =>
      effecting({ carrier, operation: 'book' }, () =>
        book(client, settings, request, startDeadline(call, CALL_MS)),
      ),
    confirm: (booking, call) =>
      answering({ carrier, operation: 'confirm' }, () =>
        confirm(client, booking, startDeadline(call, CALL_MS)),
      ),
    find: (booking, call) =>
      answering({ carrier, operation: 'confirm' }, () =>
        find(client, booking, startDeadline(call, CALL_MS)),
      ),
    cancel: (booking, call) =>
      effecting({ carrier, operation: 'cancel' }, () =>
        cancel(client, booking, startDeadline(call, CALL_MS)),
      ),
    track: (booking, call) =>
      answering({ carrier, operation: 'track' }, () =>
        track(client, booking, startDeadline(call, CALL_MS)),
      ),
    queue: createQueue(client, (work) => answering({ carrier, operation: 'track' }, work)),
    points: (filter, call) =>
      answeringPages(
        { carrier, operation: 'points' },
        points(client, filter, () => startDeadline(call, POINTS_MS)),
      ),
    point: (code, call) =>
      answering({ carrier, operation: 'points' }, () =>
        findPoint(code, startDeadline(call, POINTS_MS)),
      ),
    label: (booking, call) =>
      answering({ carrier, operation: 'track' }, () =>
        label(client, booking, startDeadline(call, CALL_MS)),
      ),
  }
}
