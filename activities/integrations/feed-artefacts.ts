import { cancellationSignal } from '@temporalio/activity'
import type { Kysely } from 'kysely'
import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { ObjectNotFound, type ObjectStore } from '../../clients/object-store.ts'
import type { Database } from '../../db/database.ts'
import type { FeedArtefact } from '../../db/integrations/feed-tables.ts'
import {
  fingerprintOf,
  inSnapshot,
  readFeedCategories,
  readFeedProducts,
  readFeedShop,
} from '../../db/integrations/feed-source.ts'
import {
  clearLeftOut,
  findFeed,
  getPublication,
  insertLeftOut,
  recordBuild,
} from '../../db/integrations/feeds.ts'
import {
  failAbandoned,
  forgetOldPublications,
  listNeededPublications,
  removeDeletedFeed,
} from '../../db/integrations/sweep-feed.ts'
import { InvalidFeed } from '../../formats/feed-writer.ts'
import { heartbeating } from '../heartbeating.ts'
import { checks, representationsOf, type Tally } from './feed-representations.ts'
import { storeArtefact } from './store-artefact.ts'

export type FeedArtefactsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  objectStore: Pick<ObjectStore, 'put' | 'get' | 'list' | 'remove' | 'removeUnfinished'>
}
export type FeedArtefactsActivities = ReturnType<typeof createFeedArtefactsActivities>

type PublicationKey = { feedId: string; publicationId: string }

export const createFeedArtefactsActivities = ({ system, objectStore }: FeedArtefactsDeps) => ({
  /**
   * Writes every file of the feed as of one instant, a page of products in memory at a time. A second attempt writes the
   * same objects anew.
   * @returns `gone` when feed or shop were taken away meanwhile
   */
  buildArtefacts: ({ feedId, publicationId }: PublicationKey): Promise<'built' | 'gone'> =>
    heartbeating(() =>
      inSnapshot(system, async (trx) => {
        const signal = cancellationSignal()
        const feed = await findFeed(trx, feedId)
        if (!feed) return 'gone'
        const shop = await readFeedShop(trx, feed)
        if (!shop.isActive) return 'gone'
        const fingerprint = await fingerprintOf(trx, feed)
        const categories = await readFeedCategories(trx, feed)
        await clearLeftOut(system, publicationId)

        const artefacts: FeedArtefact[] = []
        let items = 0
        let leftOut = 0
        const first = async (tally: Tally) => {
          items += tally.items
          leftOut += new Set(tally.leftOut.map(({ shopProductId }) => shopProductId)).size
          const owner = { id: publicationId, sellerId: feed.sellerId }
          await insertLeftOut(system, owner, tally.leftOut)
        }
        // The files hold the same items, so one of them is counted.
        let count = first
        for (const { extension, write } of representationsOf(feed, { shop, categories })) {
          const key = `${folderOf(feedId)}${publicationId}.${extension}`
          const text = write(readFeedProducts(trx, feed), count)
          const stored = await storeArtefact(objectStore, key, text, signal)
          artefacts.push({ extension, key, ...stored })
          count = async () => {}
        }
        const { snapshotAt } = shop
        const build = { fingerprint, snapshotAt, items, leftOut, artefacts }
        await recordBuild(system, publicationId, build)
        return 'built'
      }),
    ),

  /**
   * Reads what was stored back, both forms of every file: the bytes that were written, well-formed, every item whole and
   * none twice. What is wrong is told as the code of a problem.
   */
  checkArtefacts: ({ feedId, publicationId }: PublicationKey): Promise<CheckResult> =>
    heartbeating(async () => {
      const signal = cancellationSignal()
      const feed = await findFeed(system, feedId)
      if (!feed) return { problem: 'gone' }
      const { artefacts, items } = await getPublication(system, publicationId)
      try {
        for (const { extension, key, sha256 } of artefacts) {
          const whole = digesting(await objectStore.get(key, { signal }))
          const found = await checks[feed.kind][extension]!(whole.bytes)
          if (found.items !== Number(items)) return { problem: 'items-differ' }

          const compressed = await objectStore.get(`${key}.gz`, { signal })
          const unpacked = await pipeline(compressed, createGunzip(), digestOf)
          if (whole.sha256() !== sha256 || unpacked !== sha256) return { problem: 'bytes-differ' }
        }
        return 'valid'
      } catch (error) {
        if (error instanceof InvalidFeed) return { problem: error.code }
        if (error instanceof ObjectNotFound) return { problem: 'object-lost' }
        if (isGzipFault(error)) return { problem: 'bytes-differ' }
        throw error
      }
    }),

  /**
   * Removes every object of the feed that nothing needs, whoever left it there; all of a deleted feed, and then its last
   * row. Can be repeated at any time.
   */
  sweepFeed: ({ feedId }: { feedId: string }): Promise<void> =>
    heartbeating(async () => {
      await failAbandoned(system, feedId)
      const needed = await listNeededPublications(system, feedId)
      const folder = folderOf(feedId)
      const isLost = (key: string) => !needed.some((id) => key.startsWith(`${folder}${id}.`))
      for await (const key of objectStore.list(folder))
        if (isLost(key)) await objectStore.remove(key)
      await objectStore.removeUnfinished(folder, isLost)
      await forgetOldPublications(system, feedId)
      await removeDeletedFeed(system, feedId)
    }),
})

export type CheckResult = 'valid' | { problem: string }

const folderOf = (feedId: string) => `feeds/${feedId}/`

/** The bytes as they come, and their digest once they have all come. */
function digesting(source: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256')
  async function* bytes() {
    for await (const chunk of source) {
      hash.update(chunk)
      yield chunk
    }
  }
  return { bytes: bytes(), sha256: () => hash.digest('hex') }
}

async function digestOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of source) hash.update(chunk)
  return hash.digest('hex')
}

/** zlib names its faults `Z_…`. */
const isGzipFault = (error: unknown) =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
