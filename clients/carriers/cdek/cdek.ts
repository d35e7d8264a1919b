import type { Carrier, CarrierAccount } from '../carrier.ts'
import { startDeadline } from '../deadline.ts'
import { answering, answeringPages, effecting } from '../unanswered.ts'
import type { Wire } from '../wire.ts'
import { book, confirm, find } from './book.ts'
import { cancel } from './cancel.ts'
import { createCdekClient } from './client.ts'
import { label } from './label.ts'
import { point, points } from './points.ts'
import { quote } from './quote.ts'
import { cdekSettings } from './settings.ts'
import { reconcileSubscriptions } from './subscriptions.ts'
import { track } from './track.ts'
import { parseWebhook } from './webhook.ts'

const QUOTE_MS = 8_000
const CALL_MS = 15_000
const PAGE_MS = 60_000

/**
 * СДЭК, API v2. An order is taken in first and exists later: `book` is `pending`, `confirm` tells.
 * @throws {z.ZodError} where the account's settings make no sense
 */
export function createCdek(account: CarrierAccount, wire: Wire): Carrier {
  const settings = cdekSettings.parse(account.settings ?? {})
  const client = createCdekClient(account, wire)
  const carrier = 'cdek'
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
        track(client, settings, booking, startDeadline(call, CALL_MS)),
      ),
    points: (filter, call) =>
      answeringPages(
        { carrier, operation: 'points' },
        points(client, filter, () => startDeadline(call, PAGE_MS)),
      ),
    point: (code, call) =>
      answering({ carrier, operation: 'points' }, () =>
        point(client, code, startDeadline(call, CALL_MS)),
      ),
    label: (booking, call) =>
      answering({ carrier, operation: 'track' }, () =>
        label(client, booking, startDeadline(call, CALL_MS)),
      ),
    parseWebhook: (raw) => parseWebhook(raw),
    ensureWebhooks: (url, call) =>
      answering({ carrier, operation: 'track' }, () =>
        reconcileSubscriptions(client, url, startDeadline(call, PAGE_MS)),
      ),
  }
}
