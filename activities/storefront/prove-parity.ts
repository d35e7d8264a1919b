import type { Parity } from '../../db/storefront/tables.ts'
import { compareIndex, type CompareDeps } from './compare-index.ts'
import type { MakeWay } from './make-way.ts'
import { repairIndex, type RepairDeps } from './repair-index.ts'

const ROUNDS = 3

/** Compares a filled index with PostgreSQL and mends what differs, until a comparison finds nothing. */
export async function proveParity(
  deps: CompareDeps & RepairDeps,
  indexName: string,
  makeWay: MakeWay,
): Promise<Parity> {
  let repaired = 0
  for (let round = 1; ; round++) {
    const found = await compareIndex(deps, { indexName, comparesContent: true }, makeWay)
    const { documents, buckets, differingBuckets, drifted } = found
    const parity = { documents, buckets, differingBuckets, repaired, differing: drifted.length }
    if (drifted.length === 0 || round === ROUNDS) return parity
    repaired += await repairIndex(deps, indexName, drifted, { makeWay })
  }
}
