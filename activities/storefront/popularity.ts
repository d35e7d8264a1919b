import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { pruneHits } from '../../db/storefront/page-hits.ts'
import { scorePopularity, setPopularity, type Popularity } from '../../db/storefront/popularity.ts'
import { heartbeating } from '../heartbeating.ts'
import { makingWay } from './make-way.ts'

export type PopularityDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  elasticsearch: Elasticsearch
}
export type PopularityActivities = ReturnType<typeof createPopularityActivities>

const SCORED_AT_ONCE = 5_000
/** In one statement, and so in one bulk of changes. */
const WRITTEN_AT_ONCE = 1_000

export const createPopularityActivities = ({ system, elasticsearch }: PopularityDeps) => ({
  /**
   * Makes shop products as popular as their cards were read and their units ordered in the last 30 days, a day weighing
   * half of the day a week later. Repeated, it finds less that differs.
   * @returns how many changed
   */
  updatePopularity: (): Promise<number> =>
    heartbeating(async () => {
      const makeWay = await makingWay(elasticsearch)
      let waiting: Popularity[] = []
      let changed = 0
      const write = async () => {
        if (waiting.length > 0)
          changed += await setPopularity(system, waiting.slice(0, WRITTEN_AT_ONCE))
        waiting = waiting.slice(WRITTEN_AT_ONCE)
        await makeWay()
      }
      for (let afterId: string | undefined = '0'; afterId !== undefined;) {
        const scored = await scorePopularity(system, { afterId, limit: SCORED_AT_ONCE })
        waiting.push(...scored.filter(({ differs }) => differs))
        while (waiting.length >= WRITTEN_AT_ONCE) await write()
        await makeWay()
        afterId = scored.at(-1)?.shopProductId
      }
      await write()
      return changed
    }),

  /** Forgets hits that no longer count, and the popularity of what is left without any. */
  forgetOldHits: (): Promise<number> =>
    heartbeating(async () => {
      const makeWay = await makingWay(elasticsearch)
      let total = 0
      for (;;) {
        const forgotten = await pruneHits(system, WRITTEN_AT_ONCE)
        if (forgotten === 0) return total
        total += forgotten
        await makeWay()
      }
    }),
})
