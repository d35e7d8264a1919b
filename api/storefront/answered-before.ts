import { LRUCache } from 'lru-cache'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import { ENCODINGS, type Encoding } from '../../clients/cache/representations.ts'
import type { Entry } from '../../clients/cache/entry.ts'
import { idOf, type PageKey } from '../../clients/cache/page-key.ts'
import { acceptedEncoding } from '../../domain/storefront/accept-encoding.ts'
import { PUBLIC_READ_HEADERS } from '../cors.ts'
import type { Shortcut, ShortcutAnswer } from '../server.ts'
import { headersOf, isKnown, withoutContent } from './answer-page.ts'

const MOST_ADDRESSES = 20_000
/** What an address names is looked up again after it: a shop may have closed. */
const REMEMBER_MS = 30_000
const MOST_ACCEPTED = 200

export type AnsweredBefore = {
  /** The address, path and query as they came, was right, and named this page. */
  note(address: string, key: PageKey): void
  answer: Shortcut
}

/**
 * Addresses that were right need no second reading: while memory has their pages, they are answered before the app sees
 * them. The route is `route` as it is traced; `onAnswer` is told of every page that is answered so.
 */
export function answeredBefore(
  cache: Pick<PageCache, 'peek'>,
  { route, onAnswer }: { route: string; onAnswer: (key: PageKey) => void },
): AnsweredBefore {
  const known = new LRUCache<string, { id: string; key: PageKey }>({
    ...{ max: MOST_ADDRESSES, ttl: REMEMBER_MS },
  })
  const accepted = new LRUCache<string, Encoding>({ max: MOST_ACCEPTED })
  const answers = new WeakMap<Entry, Partial<Record<Encoding, ShortcutAnswer>>>()

  const encodingOf = (accept: string): Encoding => {
    const remembered = accepted.get(accept)
    if (remembered) return remembered
    const encoding = acceptedEncoding(accept, ENCODINGS)
    accepted.set(accept, encoding)
    return encoding
  }
  const answerOf = (entry: Entry, encoding: Encoding): ShortcutAnswer => {
    let ofEntry = answers.get(entry)
    if (!ofEntry) answers.set(entry, (ofEntry = {}))
    return (ofEntry[encoding] ??= {
      ...{ route, status: 200, body: entry.bodies[encoding] },
      headers: { ...PUBLIC_READ_HEADERS, ...headersOf(entry, 'memory', encoding) },
    })
  }
  return {
    note: (address, key) => void known.set(address, { id: idOf(key), key }),
    answer({ url = '', headers }) {
      const named = known.get(url)
      const entry = named && cache.peek(named.id)
      if (!entry) return undefined
      onAnswer(named.key)
      const answer = answerOf(entry, encodingOf(String(headers['accept-encoding'] ?? '')))
      if (!isKnown(headers['if-none-match'], entry.etag)) return answer
      return { route, status: 304, headers: withoutContent(answer.headers) }
    },
  }
}
