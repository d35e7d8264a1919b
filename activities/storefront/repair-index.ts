import type { Transaction } from 'kysely'
import type { BulkWriter } from '../../clients/elasticsearch/bulk-writer.ts'
import { deleteDocuments } from '../../clients/elasticsearch/delete-documents.ts'
import { getHeld } from '../../clients/elasticsearch/held-documents.ts'
import type { Database } from '../../db/database.ts'
import { readDocumentsOf, type CurrentDocument } from '../../db/storefront/current-documents.ts'
import { raiseBeyond } from '../../db/storefront/raise-beyond.ts'
import { isDocumentId, type HeldDocument } from '../../domain/storefront/buckets.ts'
import type { CompareDeps, Drifted } from './compare-index.ts'
import type { MakeWay } from './make-way.ts'

const BATCH_SIZE = 500
/** By so much a version is raised, try after try: an index remembers the version of a delete, and does not tell it. */
const STEPS = [1, 16, 4_096, 2 ** 24]

export type RepairDeps = CompareDeps & { writer: BulkWriter }

export type RepairOptions = {
  /** Counts what is mended, in the transaction that raises it. */
  count?(trx: Transaction<Database>, drifted: readonly Drifted[]): Promise<void>
  makeWay: MakeWay
}

/**
 * Raises each of these beyond any version that the index holds or remembers, and writes it; the projection writes it to
 * the other indices, by the raised change.
 * @returns how many the index has taken
 */
export async function repairIndex(
  deps: RepairDeps,
  indexName: string,
  drifted: readonly Drifted[],
  options: RepairOptions,
): Promise<number> {
  let repaired = 0
  for (let at = 0; at < drifted.length; at += BATCH_SIZE) {
    const batch = drifted.slice(at, at + BATCH_SIZE)
    const ours = batch.filter(({ id }) => isDocumentId(id))
    const foreign = batch.filter(({ id }) => !isDocumentId(id))
    const idsOfForeign = foreign.map(({ id }) => id)
    await deleteDocuments(deps.elasticsearch, indexName, idsOfForeign)
    repaired += foreign.length + (await rewrite(deps, indexName, ours, options))
    await deps.system.transaction().execute(async (trx) => options.count?.(trx, foreign))
    await options.makeWay()
  }
  return repaired
}

async function rewrite(
  { system, elasticsearch, writer }: RepairDeps,
  indexName: string,
  drifted: readonly Drifted[],
  { count }: RepairOptions,
): Promise<number> {
  let repaired = 0
  let left = drifted
  for (const step of STEPS) {
    if (left.length === 0) break
    const ids = left.map(({ id }) => id)
    await system.transaction().execute(async (trx) => {
      const held = left.map(({ id, heldVersion }) => ({ id, version: heldVersion }))
      await raiseBeyond(trx, held, step)
      if (step === STEPS[0]) await count?.(trx, left)
    })
    const wanted = await readDocumentsOf(system, ids)
    const { failed } = await writer.write(
      indexName,
      wanted.map(({ shopProductId: id, version, document }) => ({ id, version, document })),
    )
    const held = await getHeld(elasticsearch, indexName, ids)
    const taken = new Set(
      wanted
        .filter((current) => isTaken(current, held.get(current.shopProductId)))
        .map(({ shopProductId }) => shopProductId),
    )
    repaired += taken.size
    // No version helps what the index refuses for itself.
    const refused = new Set(failed.flatMap(({ id, retryable }) => (retryable ? [] : id)))
    left = left.filter(({ id }) => !taken.has(id) && !refused.has(id))
  }
  return repaired
}

/** By somebody else and in a newer version, perhaps. */
const isTaken = ({ document, version }: CurrentDocument, held: HeldDocument | undefined) =>
  document ? held !== undefined && held.version >= version : held === undefined
