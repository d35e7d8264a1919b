import { cancellationSignal } from '@temporalio/activity'
import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../../db/database.ts'
import { deactivateAbsent } from '../../db/integrations/diff-stage.ts'
import { countDeactivated, getImport, type Import } from '../../db/integrations/imports.ts'
import { advanceLane, ensureLanes, lockLane } from '../../db/integrations/lanes.ts'
import { countMerged, findChunk, mergeChunk } from '../../db/integrations/merge-stage.ts'
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

/** Rows compared in one transaction, which writes fewer. */
const CHUNK_SIZE = 20_000
/** Goods that are taken off sale in one transaction. */
const DEACTIVATED_AT_ONCE = 5_000
/** Merged side by side: PostgreSQL spends most of an import on one core of its own for each. */
const LANES = 2

type Trx = Transaction<Database>

export const createMergingActivities = ({ system, seller }: MergingDeps) => ({
  /**
   * Merges the stage in lanes, chunk by chunk, each with the position after it; then takes off sale what a whole
   * replacement does not name. Of an import that was shown it applies what was shown, and leaves alone what has changed
   * since. A second attempt goes on where the first one committed.
   * @returns `emptied` when a crash of PostgreSQL took the staged rows: what was merged stays, the rest must be read again
   */
  async mergeStage({ importId }: { importId: string }): Promise<'merged' | 'emptied'> {
    const imported = await getImport(system, importId)
    const withStage = <T>(work: (trx: Trx) => Promise<T>) =>
      heartbeating(() =>
        asSeller(seller, imported.sellerId, async (trx) => {
          await inTrace(trx, imported.traceParent)
          return (await isStageEmptied(trx, imported)) ? 'emptied' : work(trx)
        }),
      )

    const mergeLane = async (lane: number): Promise<'merged' | 'emptied'> => {
      for (;;) {
        cancellationSignal().throwIfAborted()
        const step = await withStage((trx) => mergeNextChunk(trx, imported, lane))
        if (step !== 'more') return step
      }
    }
    const deactivate = async (): Promise<'merged' | 'emptied'> => {
      for (let afterId = '0'; ;) {
        const step = await withStage((trx) => deactivateNextChunk(trx, imported, afterId))
        if (step === 'emptied' || step === 'merged') return step
        afterId = step.lastId
      }
    }

    const lanes = await withStage((trx) => ensureLanes(trx, imported, LANES))
    if (lanes === 'emptied') return lanes
    if ((await allOf(lanes.map(mergeLane))).includes('emptied')) return 'emptied'
    return imported.mode === 'replace' ? deactivate() : 'merged'
  },
})

/** None is left running when another one fails. */
async function allOf<T>(running: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(running)
  return Promise.all(running)
}

async function mergeNextChunk(
  trx: Trx,
  imported: Import,
  lane: number,
): Promise<'more' | 'merged'> {
  const { id } = imported
  const chunk = await findChunk(trx, id, await lockLane(trx, id, lane), CHUNK_SIZE)
  if (!chunk) return 'merged'
  const { upTo, ...counts } = await mergeChunk(trx, imported, chunk)
  await advanceLane(trx, id, { lane, mergedRow: upTo })
  await countMerged(trx, id, counts)
  return 'more'
}

/** Repeated, it finds nothing more to do: what is off sale is not absent any more. */
async function deactivateNextChunk(
  trx: Trx,
  imported: Import,
  afterId: string,
): Promise<{ lastId: string } | 'merged'> {
  const { deactivated, lastId } = await deactivateAbsent(trx, imported, {
    afterId,
    limit: DEACTIVATED_AT_ONCE,
  })
  await countDeactivated(trx, imported.id, deactivated)
  return lastId === undefined ? 'merged' : { lastId }
}
