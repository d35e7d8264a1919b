import type {
  CsvDefect,
  FileLimit,
  FileProblemCode,
} from '../../../domain/integrations/file-problem.ts'
import type { RowErrorCode } from '../../../domain/integrations/row.ts'
import { brokenTables } from './broken-tables.ts'
import { foreignTexts } from './foreign-texts.ts'
import { poisonedRows } from './poisoned-rows.ts'
import { strangeEncodings } from './strange-encodings.ts'
import { tableFloods } from './table-floods.ts'

export type HostileTable = {
  name: string
  bytes: () => Iterable<Uint8Array>
  /** Judged in a process of its own, with its memory. */
  isBig?: boolean
  expected: RefusedTable | ReadRows
}

/** The whole file is refused, after so many rows; `line` is the place that must be named. */
export type RefusedTable = {
  code: FileProblemCode
  defect?: CsvDefect
  limit?: FileLimit
  offset?: number
  line?: number
  rows?: number
}

/** The file is read to its end; `errors` has each code once. */
export type ReadRows = { rows: number; errors: RowErrorCode[]; categories?: number }

/** Everything bad that a delimited text can be. */
export function hostileTables(): HostileTable[] {
  return [
    ...brokenTables(),
    ...strangeEncodings(),
    ...foreignTexts(),
    ...poisonedRows(),
    ...tableFloods(),
  ]
}
