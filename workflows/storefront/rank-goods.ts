import { proxyActivities } from '@temporalio/workflow'
import type { PopularityActivities } from '../../activities/storefront/popularity.ts'
import type { RankGoodsResult } from '../../contracts/storefront.ts'
import * as policies from '../policies.ts'

const { updatePopularity, forgetOldHits } = proxyActivities<PopularityActivities>(policies.long)

/**
 * Brings the order «popular» up to what is read and ordered now: once an hour, not with every hit, so that listings keep.
 * The schedule runs it again, so that a failed run is made up for.
 */
export async function rankGoods(): Promise<RankGoodsResult> {
  const changed = await updatePopularity()
  const forgotten = await forgetOldHits()
  return { changed, forgotten }
}
