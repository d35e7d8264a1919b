import { cancellationSignal } from '@temporalio/activity'
import type { Kysely, Transaction } from 'kysely'
import type { ImportCatalogResult } from '../../contracts/integrations.ts'
import { ensureCategories } from '../../db/catalog/ensure-categories.ts'
import type { Database } from '../../db/database.ts'
import { appendEvent } from '../../db/events.ts'
import {
  finishImport,
  getImport,
  lockImport,
  markRunning,
  recordProblem,
  type Import,
} from '../../db/integrations/imports.ts'
import {
  advanceMerge,
  analyzeCatalogue,
  findChunk,
  isStageEmptied,
  lockShop,
  mergeChunk,
} from '../../db/integrations/merge-stage.ts'
import { countRejectedRows, insertRowErrors } from '../../db/integrations/row-errors.ts'
import { dropStage, isStageWhole, listStagedCategories } from '../../db/integrations/stage.ts'
import {
  dropUnknownOutlets,
  mapStagedCategories,
  rejectRepeatedRows,
  rejectRowsWithoutCategory,
  sealStage,
} from '../../db/integrations/validate-stage.ts'
import { asSeller, inTrace } from '../../db/tenancy.ts'
import { arrangeCategories } from '../../domain/integrations/category-tree.ts'
import { heartbeating } from '../heartbeating.ts'

export type IntegrationsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  /** Connected as the role `seller`: what is merged passes row-level security. */
  seller: Kysely<Database>
}
export type IntegrationsActivities = ReturnType<typeof createIntegrationsActivities>

type ImportKey = { importId: string }

/** Rows merged in one transaction: long enough to be fast, short enough that locks and changes come in small bursts. */
const CHUNK_SIZE = 5_000

export const createIntegrationsActivities = ({ system, seller }: IntegrationsDeps) => {
  const inTransaction = <T>(work: (trx: Transaction<Database>) => Promise<T>) =>
    heartbeating(() => system.transaction().execute(work))

  return {
    async openImport({ importId }: ImportKey): Promise<void> {
      await markRunning(system, importId)
    },

    /**
     * Rejects and reports what can only be seen over the whole file: unknown categories, repeated ids, unknown warehouses.
     * @returns `emptied` when a crash of PostgreSQL took the staged rows: they must be read again
     */
    validateStage: ({ importId }: ImportKey): Promise<'valid' | 'emptied'> =>
      inTransaction(async (trx) => {
        const imported = await lockImport(trx, importId)
        if (!(await isStageWhole(trx, importId, imported.rowsStaged))) return 'emptied'
        if (imported.stageValidated) return 'valid'
        await placeCategories(trx, imported)
        await rejectRowsWithoutCategory(trx, imported)
        await rejectRepeatedRows(trx, imported)
        await dropUnknownOutlets(trx, imported)
        await sealStage(trx, importId, await countRejectedRows(trx, importId))
        return 'valid'
      }),

    /**
     * Merges the stage chunk by chunk, each with the position after it.
     * @returns `emptied` when a crash of PostgreSQL took the staged rows: what was merged stays, the rest must be read again
     */
    async mergeStage({ importId }: ImportKey): Promise<'merged' | 'emptied'> {
      const { sellerId, shopId, traceParent } = await getImport(system, importId)
      const mergeNextChunk = () =>
        asSeller(seller, sellerId, async (trx) => {
          await inTrace(trx, traceParent)
          await lockShop(trx, shopId)
          const imported = await lockImport(trx, importId)
          if (await isStageEmptied(trx, imported)) return 'emptied'
          const chunk = await findChunk(trx, importId, imported.mergedRow, CHUNK_SIZE)
          if (!chunk) return 'merged'
          await advanceMerge(trx, importId, chunk, await mergeChunk(trx, imported, chunk))
          return 'more'
        })
      for (let chunks = 1; ; chunks++) {
        cancellationSignal().throwIfAborted()
        const step = await heartbeating(mergeNextChunk)
        if (step !== 'more') return step
        if (isPowerOfTwo(chunks)) await heartbeating(() => analyzeCatalogue(system))
      }
    },

    /** Ends the import, tells the seller's systems by an event, and clears the stage. */
    async closeImport({
      importId,
      state,
      problem,
    }: ImportKey & ImportCatalogResult & { problem?: string }): Promise<void> {
      await inTransaction(async (trx) => {
        const { sellerId, shopId, traceParent } = await lockImport(trx, importId)
        if (problem) await recordProblem(trx, importId, { code: problem })
        if (await finishImport(trx, importId, state))
          await appendEvent(trx, {
            sellerId,
            type: `import.${state}`,
            subject: `import:${importId}`,
            data: { importId, shopId },
            traceParent,
          })
        await dropStage(trx, importId)
      })
    },
  }
}

/** After 1, 2, 4, 8 … chunks: what has doubled since is told anew. */
const isPowerOfTwo = (count: number) => (count & (count - 1)) === 0

async function placeCategories(
  trx: Transaction<Database>,
  { id: importId, sellerId }: Import,
): Promise<void> {
  const staged = await listStagedCategories(trx, importId)
  const { levels, orphans } = arrangeCategories(
    staged.map(({ externalId, parentExternalId, name }) => ({
      externalId,
      name,
      ...(parentExternalId === null ? {} : { parentExternalId }),
    })),
  )
  const categoryIds = new Map<string, string>()
  for (const level of levels) {
    const ids = await ensureCategories(
      trx,
      level.map(({ parentExternalId, name }) => ({
        parentId: (parentExternalId && categoryIds.get(parentExternalId)) || null,
        name,
      })),
    )
    level.forEach(({ externalId }, index) => categoryIds.set(externalId, ids[index]!))
  }
  await mapStagedCategories(trx, importId, [...categoryIds.keys()], [...categoryIds.values()])
  await insertRowErrors(
    trx,
    { importId, sellerId },
    orphans.map(({ externalId, parentExternalId }) => ({
      row: 0,
      externalId,
      field: 'parentId',
      code: 'category-parent-unknown',
      level: 'warning',
      value: parentExternalId ?? '',
    })),
  )
}
