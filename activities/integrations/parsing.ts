import { setImmediate as nextTurn } from 'node:timers/promises'
import { ApplicationFailure, cancellationSignal } from '@temporalio/activity'
import type { Kysely } from 'kysely'
import { transactionWithCopy, type Postgres } from '../../clients/postgres.ts'
import type { ObjectStore } from '../../clients/object-store.ts'
import type { Database } from '../../db/database.ts'
import { appendEvent } from '../../db/events.ts'
import {
  advanceStage,
  askForMapping,
  completeStage,
  getImport,
  keepMapping,
  recordProblem,
  type Import,
} from '../../db/integrations/imports.ts'
import { insertRowErrors } from '../../db/integrations/row-errors.ts'
import {
  isStageWhole,
  resetStage,
  stageCategories,
  stageColumns,
  stageRowsTable,
} from '../../db/integrations/stage.ts'
import { findTableMapping } from '../../db/integrations/table-mappings.ts'
import type { Encoding } from '../../domain/integrations/encoding.ts'
import type { FoundTable, TableMapping } from '../../domain/integrations/table/mapping.ts'
import { MalformedFile, MappingNeeded, type Format } from '../../formats/format.ts'
import { heartbeating } from '../heartbeating.ts'
import { openLoad, type Load } from './staged-load.ts'

export type ParsingDeps = {
  system: Postgres
  objectStore: Pick<ObjectStore, 'get'>
  formats: Record<string, Format>
}
export type ParsingActivities = ReturnType<typeof createParsingActivities>

type Staged = 'staged' | 'malformed' | 'mapping-needed'

/** Rows, categories and errors that are read together: few, so that most of what was read is garbage while it is young. */
const BATCH_SIZE = 64

export const createParsingActivities = ({ system, objectStore, formats }: ParsingDeps) => ({
  /**
   * Streams the file into the stage. A second attempt goes on after the last committed batch: the file does not change,
   * so that the same bytes make the same batches.
   * @returns `malformed` when the file breaks; the problem stands in the import. `mapping-needed` when only the seller can
   * tell what the columns of a table are; what was found stands in the import, which lets go of its shop
   */
  stageRows: ({ importId }: { importId: string }): Promise<Staged> =>
    heartbeating(async () => {
      const position = await findPosition(system, importId)
      if (position.stageComplete) return 'staged'
      const format = formats[position.format ?? '']
      if (!format)
        throw ApplicationFailure.nonRetryable(`No format ${position.format}`, 'UnknownFormat')

      const signal = cancellationSignal()
      const bytes = await objectStore.get(position.objectKey, { signal })
      const load = openLoad(position.batchesRead)
      let rowsRead = 0
      let staging = Promise.resolve()
      const stage = async (full: Load | undefined) => {
        await staging
        // The next batches are read while PostgreSQL takes these.
        if (full) staging = stageLoad(system, position, full)
        staging.catch(() => {})
      }
      try {
        const encoding = position.encoding as Encoding
        const chooseMapping = (found: FoundTable) => chooseTableMapping(system.db, position, found)
        for await (const batch of format.read(bytes, {
          encoding,
          batchSize: BATCH_SIZE,
          chooseMapping,
        })) {
          signal.throwIfAborted()
          rowsRead = batch.progress.rowsRead
          load.add(batch)
          if (load.isFull()) await stage(load.take())
          // What was read at once would keep the event loop from sending.
          await nextTurn()
        }
        await stage(load.take())
        if (rowsRead === 0) throw new MalformedFile({ code: 'no-offers' })
      } catch (error) {
        if (error instanceof MappingNeeded) {
          await stopForMapping(system.db, position, error.found)
          return 'mapping-needed'
        }
        if (!(error instanceof MalformedFile)) throw error
        await stage(load.take())
        await recordProblem(system.db, importId, error.problem)
        return 'malformed'
      } finally {
        bytes.destroy()
        await staging
      }
      await completeStage(system.db, importId)
      return 'staged'
    }),
})

/** The one that was given or chosen before, the one remembered for these headers, else what is certain. */
async function chooseTableMapping(
  db: Kysely<Database>,
  { id, sellerId, mapping }: Import,
  found: FoundTable,
): Promise<TableMapping> {
  const known =
    mapping ??
    (await findTableMapping(db, { sellerId, fingerprint: found.fingerprint })) ??
    (found.isCertain ? found.proposal : undefined)
  if (!known) throw new MappingNeeded(found)
  if (!mapping) await keepMapping(db, id, known)
  return known
}

const stopForMapping = (
  db: Kysely<Database>,
  { id, sellerId, shopId, traceParent }: Import,
  found: FoundTable,
) =>
  db.transaction().execute(async (trx) => {
    await askForMapping(trx, id, found)
    await appendEvent(trx, {
      sellerId,
      type: 'import.awaiting-mapping',
      subject: `import:${id}`,
      data: { importId: id, shopId },
      traceParent,
    })
  })

/** Where to go on: after what is staged when it is all there, else from the beginning. */
async function findPosition(system: Postgres, importId: string): Promise<Import> {
  const found = await getImport(system.db, importId)
  if (await isStageWhole(system.db, importId, found.rowsStaged)) return found
  await system.db.transaction().execute((trx) => resetStage(trx, importId))
  return getImport(system.db, importId)
}

async function stageLoad(
  system: Postgres,
  { id: importId, sellerId }: Import,
  { from, batchesRead, progress, newRows, categories, errors, lines }: Load,
): Promise<void> {
  await transactionWithCopy(system, async (trx, copy) => {
    if (!(await advanceStage(trx, importId, from, { ...progress, batchesRead, newRows })))
      throw ApplicationFailure.create({
        message: 'Another attempt stages this import',
        type: 'StagedElsewhere',
      })
    await stageCategories(
      trx,
      importId,
      categories.map(({ externalId, parentExternalId, name }) => ({
        externalId,
        parentExternalId: parentExternalId ?? null,
        name,
      })),
    )
    await insertRowErrors(trx, { importId, sellerId }, errors)
    if (newRows > 0) await copy(stageRowsTable(importId), stageColumns, lines)
  })
}
