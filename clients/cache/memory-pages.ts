import { LRUCache } from 'lru-cache'
import type { Entry } from './entry.ts'
import type { Load } from './page-cache.ts'
import { hashKey, idOf, type PageKey } from './page-key.ts'

/** A page as a process holds it: good on its own for a moment, then to be asked about. */
export type HeldPage = {
  key: PageKey
  entry: Entry
  /** When Redis last said that it has exactly this, or when it was made; ms since 1970. */
  verifiedAt: number
  /** Something on it has changed: from here on it may not be shown. */
  touchedUntil: number | undefined
  /** Something on it has moved: it is only better than an error. */
  dropped: boolean
  /** The count of gaps when it came; after another gap it is to be doubted. */
  gaps: number
  lastReadAt: number
  /** Whether it was given away since it was made. */
  isRead: boolean
  /** Makes another. */
  load: Load
  /** When it was last begun to be asked about, or made anew, while it was given away. */
  renewedAt: number
}

export type MemoryPages = {
  get(id: string): HeldPage | undefined
  /** Not as a reader: it stays as old as it was. */
  peek(id: string): HeldPage | undefined
  set(id: string, page: HeldPage): void
  /** Those of one scope. */
  ofHash(hash: string): HeldPage[]
  all(): Iterable<HeldPage>
  readonly bytes: number
  readonly count: number
}

/** Of a page, besides its bytes and its names: objects, maps, list links. */
const OVERHEAD_BYTES = 1_024

/** The pages that were read last, as many as fit into so many bytes. */
export function createMemoryPages(maxBytes: number): MemoryPages {
  const hashes = new Map<string, Set<string>>()
  const forget = ({ key }: HeldPage, id: string) => {
    const hash = hashKey(key)
    const ids = hashes.get(hash)
    ids?.delete(id)
    if (ids?.size === 0) hashes.delete(hash)
  }
  const pages = new LRUCache<string, HeldPage>({
    maxSize: maxBytes,
    maxEntrySize: Math.max(1, Math.floor(maxBytes / 8)),
    sizeCalculation: ({ entry }, id) => entry.size + 4 * id.length + OVERHEAD_BYTES,
    dispose: (page, id, reason) => {
      if (reason !== 'set') forget(page, id)
    },
  })
  return {
    get: (id) => pages.get(id),
    peek: (id) => pages.peek(id),
    set(id, page) {
      pages.set(id, page)
      if (!pages.has(id)) return
      const hash = hashKey(page.key)
      const ids = hashes.get(hash)
      if (ids) ids.add(id)
      else hashes.set(hash, new Set([id]))
    },
    ofHash: (hash) => [...(hashes.get(hash) ?? [])].flatMap((id) => pages.peek(id) ?? []),
    all: () => pages.values(),
    get bytes() {
      return pages.calculatedSize
    },
    get count() {
      return pages.size
    },
  }
}

export const idOfHeld = ({ key }: HeldPage) => idOf(key)
