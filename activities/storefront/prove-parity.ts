import { findRefusal } from '../../db/storefront/parked.ts'
import { findLiveGeneration } from '../../db/storefront/search-generations.ts'
import type { Parity } from '../../db/storefront/tables.ts'
import { compareIndex, type CompareDeps } from './compare-index.ts'
import type { MakeWay } from './make-way.ts'
import { repairIndex, type RepairDeps } from './repair-index.ts'

const ROUNDS = 3
/** A fan-out over a million shop products may be on its way. */
const PATIENCE_MS = 30 * 60_000

/**
 * Compares a filled index with PostgreSQL and mends what differs, until a comparison finds nothing. What it refuses while
 * the index that is searched takes it differs: nobody would find it any more. What is on its way is waited for.
 */
export async function proveParity(
  deps: CompareDeps & RepairDeps,
  indexName: string,
  makeWay: MakeWay,
  patienceMs = PATIENCE_MS,
): Promise<Parity> {
  const live = await findLiveGeneration(deps.system)
  const refusers = live ? [indexName, live.indexName] : [indexName]
  const compared = { indexName, comparesContent: true, refusers, patienceMs }
  let repaired = 0
  for (let round = 1; ; round++) {
    const { drifted, ...counts } = await compareIndex(deps, compared, makeWay)
    if (drifted.length === 0 || round === ROUNDS) {
      const parity = { ...counts, repaired, differing: drifted.length }
      if (parity.differing + parity.unsettled === 0) return parity
      return { ...parity, refusal: await findRefusal(deps.system, indexName) }
    }
    repaired += await repairIndex(deps, indexName, drifted, { makeWay })
  }
}
