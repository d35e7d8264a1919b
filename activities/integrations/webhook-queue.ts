import type { DueMessage } from '../../db/integrations/webhooks/deliver.ts'

export type WebhookQueueOptions = {
  /** Looks up to `limit` due messages up, without those that it is told. */
  find: (except: readonly string[], limit: number) => Promise<DueMessage[]>
  /** Each that is over may let another one come. */
  isOrdered: () => boolean
  /** Something has changed. */
  onChange: () => void
}

const PAGE = 256
/** Asked for again while so few are left. */
const LOW_WATER = 64
const LEAST_POLL_MS = 50
const MOST_POLL_MS = 400

/**
 * The due messages of one endpoint, a page ahead of those who send them. It asks again at once while pages are full, and
 * ever more rarely while nothing comes.
 */
export function webhookQueue({ find, isOrdered, onChange }: WebhookQueueOptions) {
  const waiting: DueMessage[] = []
  const underWay = new Set<string>()
  let nextAskMs = 0
  let restMs = LEAST_POLL_MS
  let asking: Promise<void> | undefined
  let failure: unknown

  async function ask(): Promise<void> {
    try {
      const found = await find([...underWay, ...waiting.map(({ id }) => id)], PAGE)
      waiting.push(...found)
      restMs = found.length > 0 ? LEAST_POLL_MS : Math.min(restMs * 2, MOST_POLL_MS)
      nextAskMs = Date.now() + (found.length === PAGE ? 0 : restMs)
    } catch (error) {
      failure = error
    }
    asking = undefined
    onChange()
  }

  return {
    /** @throws what asking threw */
    take(): DueMessage | undefined {
      if (failure !== undefined) throw failure
      if (waiting.length <= LOW_WATER && !asking && Date.now() >= nextAskMs) asking = ask()
      const next = waiting.shift()
      if (next) underWay.add(next.id)
      return next
    },
    done(id: string): void {
      underWay.delete(id)
      if (isOrdered() && waiting.length === 0) nextAskMs = 0
    },
    isEmpty: () => waiting.length === 0 && underWay.size === 0,
    isAsking: () => asking !== undefined,
    msToNextAsk: () => Math.max(0, nextAskMs - Date.now()),
    underWay: () => underWay.size,
  }
}
