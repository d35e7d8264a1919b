import { sql, type Kysely, type Transaction, type Updateable } from 'kysely'
import { afterFailure } from '../../domain/integrations/source-health.ts'
import type { Database } from '../database.ts'
import type { ImportProblem } from './import-tables.ts'
import { appendEvent } from '../events.ts'
import type { ImportSource } from './import-sources.ts'
import { getImport, type Import } from './imports.ts'

type Trx = Transaction<Database>

/** A source as its schedule needs it; undefined when it was deleted. */
export const findScheduledSource = (db: Kysely<Database>, id: string) =>
  db
    .selectFrom('importSource')
    .innerJoin('shop', 'shop.id', 'importSource.shopId')
    .leftJoin('warehouse', 'warehouse.id', 'shop.defaultWarehouseId')
    .leftJoin('city', 'city.id', 'warehouse.cityId')
    .select(['importSource.intervalMinutes', 'importSource.dailyAt', 'importSource.state'])
    .select((eb) => eb.fn.coalesce('city.timeZone', sql.lit('Europe/Moscow')).as('timeZone'))
    .where('importSource.id', '=', id)
    .executeTakeFirst()

/** A source whose last import is over; else why there is none to run. */
export async function findIdleSource(
  db: Kysely<Database>,
  id: string,
): Promise<ImportSource | 'gone' | 'busy'> {
  const source = await db
    .selectFrom('importSource')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (!source) return 'gone'
  if (source.lastImportId === null) return source
  const unfinished = await db
    .selectFrom('import')
    .select('id')
    .where('id', '=', source.lastImportId)
    .where('finishedAt', 'is', null)
    .executeTakeFirst()
  return unfinished ? 'busy' : source
}

export const wasRequested = async (db: Kysely<Database>, importId: string): Promise<boolean> =>
  (await db.selectFrom('import').select('id').where('id', '=', importId).executeTakeFirst()) !==
  undefined

/** So that of two runs of one source the second sees what the first has done. */
export const lockSource = (trx: Trx, id: string): Promise<ImportSource | undefined> =>
  trx.selectFrom('importSource').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

export type Validators = { etag: string | null; lastModified: string | null }

/** The validators belong to what is being imported; they go again unless that import completes. */
export const noteImported = (trx: Trx, id: string, importId: string, validators: Validators) =>
  trx
    .updateTable('importSource')
    .set({
      ...validators,
      lastImportId: importId,
      lastRunAt: sql`now()`,
      lastOutcome: 'imported',
    })
    .where('id', '=', id)
    .execute()

/** Nothing new was there: whatever failed before is well again. */
export const noteUnchanged = (trx: Trx, id: string, validators?: Validators) =>
  trx
    .updateTable('importSource')
    .set({ ...validators, ...WELL, lastRunAt: sql`now()`, lastOutcome: 'unchanged' })
    .where('id', '=', id)
    .execute()

const WELL = {
  failures: 0,
  failingSince: null,
  problem: null,
  state: sql<'active' | 'paused'>`case when state = 'failing' then 'active' else state end`,
}

export type Fetched = Pick<
  Updateable<Database['import']>,
  'format' | 'encoding' | 'bytesTotal' | 'sha256'
>

/** The file of an import by URL is in the object store. */
export const noteFetched = (
  db: Kysely<Database>,
  importId: string,
  { format, encoding, bytesTotal, sha256 }: Fetched,
) =>
  db
    .updateTable('import')
    .set({ format, encoding, bytesTotal, sha256 })
    .where('id', '=', importId)
    .where('sha256', 'is', null)
    .execute()

/** Counts a failure in a row; the one too many pauses the source, and tells so by an event. */
export async function noteFailure(
  trx: Trx,
  id: string,
  problem: ImportProblem,
  traceParent: string | null,
): Promise<void> {
  const source = await lockSource(trx, id)
  if (!source) return
  const now = new Date()
  const health = afterFailure(source, now)
  await trx
    .updateTable('importSource')
    .set({
      ...health,
      problem: JSON.stringify(problem),
      etag: null,
      lastModified: null,
      lastRunAt: now,
      lastOutcome: 'failed',
    })
    .where('id', '=', id)
    .execute()
  if (health.state === 'paused' && source.state !== 'paused')
    await appendEvent(trx, {
      sellerId: source.sellerId,
      type: 'import-source.paused',
      subject: `import-source:${id}`,
      data: { sourceId: id, shopId: source.shopId },
      traceParent,
    })
}

/**
 * Tells the source of an import how that ended, in the transaction that ends it. The same bytes are imported again
 * unless they were imported to the end.
 */
export async function settleSource(
  trx: Trx,
  { id: importId, sourceId, sha256, traceParent }: Import,
  state: 'completed' | 'failed' | 'cancelled',
): Promise<void> {
  if (sourceId === null) return
  if (state === 'failed') {
    const { problem } = await getImport(trx, importId)
    await noteFailure(trx, sourceId, problem ?? { code: 'internal' }, traceParent)
    return
  }
  await trx
    .updateTable('importSource')
    .set(
      state === 'completed' ? { ...WELL, lastSha256: sha256 } : { etag: null, lastModified: null },
    )
    .where('id', '=', sourceId)
    .where('lastImportId', '=', importId)
    .execute()
}
