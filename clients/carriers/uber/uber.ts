import type { Carrier, CarrierAccount } from '../carrier.ts'
import { startDeadline } from '../deadline.ts'
import { answering, effecting } from '../unanswered.ts'
import type { Wire } from '../wire.ts'
import { book, confirm, find } from './book.ts'
import { cancel } from './cancel.ts'
import { createUberClient } from './client.ts'
import { quote } from './quote.ts'
import { uberSettings } from './settings.ts'
import { track } from './track.ts'
import { parseWebhook } from './webhook.ts'

const QUOTE_MS = 8_000
const CALL_MS = 15_000

/**
 * Uber Direct: couriers from door to door, at once. It has no points and no labels.
 * @throws {z.ZodError} where the account's settings make no sense
 */
export function createUber(account: CarrierAccount, wire: Wire): Carrier {
  const settings = uberSettings.parse(account.settings ?? {})
  const client = createUberClient(account, settings, wire)
  const carrier = 'uber'
  return {
    id: carrier,
    quote: (request, call) =>
      answering({ carrier, operation: 'quote' }, () =>
        quote(client, request, startDeadline(call, QUOTE_MS)),
      ),
    book: (request, call) =>
      effecting({ carrier, operation: 'book' }, () =>
        book(client, settings, request, startDeadline(call, CALL_MS)),
      ),
    confirm: (booking, call) => {
      const deadline = startDeadline(call, CALL_MS)
      return answering({ carrier, operation: 'confirm' }, () => confirm(client, booking, deadline))
    },
    find: (booking, call) => {
      const deadline = startDeadline(call, CALL_MS)
      return answering({ carrier, operation: 'confirm' }, () => find(client, booking, deadline))
    },
    cancel: (booking, call) => {
      const deadline = startDeadline(call, CALL_MS)
      return effecting({ carrier, operation: 'cancel' }, () => cancel(client, booking, deadline))
    },
    track: (booking, call) =>
      answering({ carrier, operation: 'track' }, () =>
        track(client, booking, startDeadline(call, CALL_MS)),
      ),
    parseWebhook: (raw, headers) => parseWebhook(account, raw, headers),
  }
}
