import { cancellationSignal, heartbeat } from '@temporalio/activity'
import type { Kysely } from 'kysely'
import type { ObjectStore } from '../../clients/object-store.ts'
import type { Database } from '../../db/database.ts'
import { getImport, keepReport, type Import } from '../../db/integrations/imports.ts'
import { hasRejectedRows, listRejectedRows } from '../../db/integrations/row-errors.ts'
import { rememberTableMapping } from '../../db/integrations/table-mappings.ts'
import type { Encoding } from '../../domain/integrations/encoding.ts'
import { describeRowError } from '../../domain/integrations/row-errors.ts'
import type { RowError } from '../../domain/integrations/row.ts'
import { fingerprintOf } from '../../domain/integrations/table/fingerprint.ts'
import type { Format, SourcePiece, SourceRow } from '../../formats/format.ts'
import { writeXlsx } from '../../formats/xlsx/write.ts'

export type ReportingDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  objectStore: Pick<ObjectStore, 'get' | 'put'>
  formats: Record<string, Format>
}
export type ReportingActivities = ReturnType<typeof createReportingActivities>

const PAGE_SIZE = 1_000
const REASON = 'Причина отказа'
const REASON_EN = 'Reason'

export const createReportingActivities = ({ system, objectStore, formats }: ReportingDeps) => ({
  /**
   * Writes the rejected rows as the seller wrote them, each with its reasons, into a workbook that can be corrected and
   * uploaded again. The file is read once more: it has not changed.
   */
  async writeErrorReport({ importId }: { importId: string }): Promise<'written' | 'nothing'> {
    const imported = await getImport(system, importId)
    const format = formats[imported.format ?? '']
    if (!format || !(await hasRejectedRows(system, importId))) return 'nothing'
    const signal = cancellationSignal()
    const bytes = await objectStore.get(imported.objectKey, { signal })
    try {
      const source = format.readSource(bytes, {
        encoding: imported.encoding as Encoding,
        ...(imported.mapping && { chooseMapping: async () => imported.mapping! }),
      })
      const { headers, rows } = await begin(source)
      const reported = [...headers, REASON, REASON_EN]
      const report = withReasons(rows, rejectedRows(system, importId), headers.length)
      const key = `imports/${importId}/rejected.xlsx`
      await objectStore.put(key, writeXlsx(report, { sheet: 'Отказы', headers: reported }))
      await keepReport(system, importId, key)
      await rememberForReport(system, imported, reported)
    } finally {
      bytes.destroy()
    }
    return 'written'
  },
})

/** The headers come first; the rest is read as it is asked for. */
async function begin(
  source: AsyncGenerator<SourcePiece>,
): Promise<{ headers: string[]; rows: AsyncGenerator<SourceRow> }> {
  const first = await source.next()
  async function* rows() {
    if (first.done) return
    yield* first.value.rows
    for await (const piece of source) {
      heartbeat()
      yield* piece.rows
    }
  }
  return { headers: first.done ? [] : first.value.headers, rows: rows() }
}

type RejectedRow = { row: number; errors: RowError[] }

/** Both come in the order of the file. */
async function* withReasons(
  rows: AsyncGenerator<SourceRow>,
  rejected: AsyncGenerator<RejectedRow>,
  width: number,
): AsyncGenerator<string[]> {
  let next = await rejected.next()
  for await (const { row, cells } of rows) {
    while (!next.done && next.value.row < row) next = await rejected.next()
    if (next.done) return
    if (next.value.row !== row) continue
    const { errors } = next.value
    yield [
      ...Array.from({ length: width }, (_, at) => cells[at] ?? ''),
      errors.map((error) => describeRowError(error, 'ru')).join('\n'),
      errors.map((error) => describeRowError(error, 'en')).join('\n'),
    ]
  }
}

async function* rejectedRows(db: Kysely<Database>, importId: string): AsyncGenerator<RejectedRow> {
  for (let afterRow: number | undefined = 0; afterRow !== undefined;) {
    const page: RejectedRow[] = await listRejectedRows(db, { importId, afterRow, limit: PAGE_SIZE })
    yield* page
    afterRow = page.length === PAGE_SIZE ? page.at(-1)?.row : undefined
  }
}

/** The corrected workbook has other columns than the file: it is to be read without asking again. */
async function rememberForReport(
  db: Kysely<Database>,
  { sellerId, mapping }: Import,
  headers: readonly string[],
): Promise<void> {
  if (!mapping) return
  await rememberTableMapping(db, { sellerId, fingerprint: fingerprintOf(headers), mapping })
}
