import { cancellationSignal } from '@temporalio/activity'
import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../../db/database.ts'
import { deactivateAbsent } from '../../db/integrations/diff-stage.ts'
import {
  countDeactivated,
  getImport,
  lockImport,
  type Import,
} from '../../db/integrations/imports.ts'
import { advanceMerge, findChunk, lockShop, mergeChunk } from '../../db/integrations/merge-stage.ts'
import { isStageEmptied } from '../../db/integrations/stage.ts'
import { asSeller, inTrace } from '../../db/tenancy.ts'
import { heartbeating } from '../heartbeating.ts'

export type MergingDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  /** Connected as the role `seller`: what is merged passes row-level security. */
  seller: Kysely<Database>
}
export type MergingActivities = ReturnType<typeof createMergingActivities>

/** Rows merged in one transaction: long enough to be fast, short enough that locks and changes come in small bursts. */
const CHUNK_SIZE = 5_000

export const createMergingActivities = ({ system, seller }: MergingDeps) => ({
  /**
   * Merges the stage chunk by chunk, each with the position after it; then takes off sale what a whole replacement does
   * not name. Of an import that was shown it applies what was shown, and leaves alone what has changed since.
   * @returns `emptied` when a crash of PostgreSQL took the staged rows: what was merged stays, the rest must be read again
   */
  async mergeStage({ importId }: { importId: string }): Promise<'merged' | 'emptied'> {
    const { sellerId, shopId, traceParent, mode } = await getImport(system, importId)
    const withStage = <T>(work: (trx: Transaction<Database>, imported: Import) => Promise<T>) =>
      heartbeating(() =>
        asSeller(seller, sellerId, async (trx) => {
          await inTrace(trx, traceParent)
          await lockShop(trx, shopId)
          const imported = await lockImport(trx, importId)
          return (await isStageEmptied(trx, imported)) ? 'emptied' : work(trx, imported)
        }),
      )

    for (;;) {
      cancellationSignal().throwIfAborted()
      const step = await withStage(mergeNextChunk)
      if (step === 'emptied') return step
      if (step === 'done') break
    }
    for (let afterId: string | undefined = mode === 'replace' ? '0' : undefined; afterId;) {
      const after = afterId
      const step = await withStage((trx, imported) => deactivateNextChunk(trx, imported, after))
      if (step === 'emptied') return step
      afterId = step.lastId
    }
    return 'merged'
  },
})

async function mergeNextChunk(
  trx: Transaction<Database>,
  imported: Import,
): Promise<'more' | 'done'> {
  const { id, mergedRow } = imported
  const chunk = await findChunk(trx, id, mergedRow, CHUNK_SIZE)
  if (!chunk) return 'done'
  await advanceMerge(trx, id, chunk, await mergeChunk(trx, imported, chunk))
  return 'more'
}

/** Repeated, it finds nothing more to do: what is off sale is not absent any more. */
async function deactivateNextChunk(
  trx: Transaction<Database>,
  imported: Import,
  afterId: string,
): Promise<{ lastId: string | undefined }> {
  const found = await deactivateAbsent(trx, imported, { afterId, limit: CHUNK_SIZE })
  await countDeactivated(trx, imported.id, found.deactivated)
  return found
}
