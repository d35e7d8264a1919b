import type { Kysely, Transaction } from 'kysely'
import type { ImportCatalogResult } from '../../contracts/integrations.ts'
import type { Database } from '../../db/database.ts'
import { appendEvent } from '../../db/events.ts'
import { dropDiff } from '../../db/integrations/diff-stage.ts'
import {
  finishImport,
  getImport,
  lockImport,
  recordProblem,
} from '../../db/integrations/imports.ts'
import { dropLanes } from '../../db/integrations/lanes.ts'
import { countRejectedRows } from '../../db/integrations/row-errors.ts'
import { dropStage, isStageWhole } from '../../db/integrations/stage.ts'
import {
  dropUnknownOutlets,
  rejectRepeatedRows,
  rejectRowsWithoutCategory,
  sealStage,
} from '../../db/integrations/validate-stage.ts'
import { settleSource } from '../../db/integrations/source-runs.ts'
import { takeTurn } from '../../db/integrations/turns.ts'
import { heartbeating } from '../heartbeating.ts'
import { placeCategories } from './place-categories.ts'

export type IntegrationsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
}
export type IntegrationsActivities = ReturnType<typeof createIntegrationsActivities>

type ImportKey = { importId: string }

export const createIntegrationsActivities = ({ system }: IntegrationsDeps) => {
  const inTransaction = <T>(work: (trx: Transaction<Database>) => Promise<T>) =>
    heartbeating(() => system.transaction().execute(work))

  return {
    /** Imports of one shop run one after the other, in the order in which they came. */
    takeTurn: ({ importId }: ImportKey): Promise<boolean> => takeTurn(system, importId),

    /** False for an import by URL whose file is still to be fetched. */
    isStored: async ({ importId }: ImportKey): Promise<boolean> =>
      (await getImport(system, importId)).sha256 !== null,

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
        const unplaced = await rejectRowsWithoutCategory(trx, imported)
        const repeated = await rejectRepeatedRows(trx, imported)
        await dropUnknownOutlets(trx, imported)
        await sealStage(trx, importId, {
          takenOut: unplaced + repeated,
          rejectedCount: await countRejectedRows(trx, importId),
        })
        return 'valid'
      }),

    /** Ends the import, tells the seller's systems by an event, and clears the stage. */
    async closeImport({
      importId,
      state,
      problem,
    }: ImportKey & ImportCatalogResult & { problem?: string }): Promise<void> {
      await inTransaction(async (trx) => {
        const imported = await lockImport(trx, importId)
        const { sellerId, shopId, traceParent } = imported
        if (problem) await recordProblem(trx, importId, { code: problem })
        if (await finishImport(trx, importId, state)) {
          await settleSource(trx, imported, state)
          await appendEvent(trx, {
            sellerId,
            type: `import.${state}`,
            subject: `import:${importId}`,
            data: { importId, shopId },
            traceParent,
          })
        }
        await dropStage(trx, importId)
        await dropDiff(trx, importId)
        await dropLanes(trx, importId)
      })
    },
  }
}
