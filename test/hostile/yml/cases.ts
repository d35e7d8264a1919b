import type {
  FileLimit,
  FileProblemCode,
  XmlDefect,
} from '../../../domain/integrations/file-problem.ts'
import type { RowErrorCode } from '../../../domain/integrations/row.ts'
import { brokenEncodings } from './broken-encodings.ts'
import { documentTypes } from './document-types.ts'
import { floods } from './floods.ts'
import { foreignFiles } from './foreign-files.ts'
import { malformedXml } from './malformed-xml.ts'
import { poisonedOffers } from './poisoned-offers.ts'

export type HostileCase = {
  name: string
  bytes: () => Iterable<Uint8Array>
  /** Judged in a process of its own, with its memory. */
  isBig?: boolean
  expected: Refused | Read
}

/** The whole file is refused, after so many rows. */
export type Refused = {
  code: FileProblemCode
  defect?: XmlDefect
  limit?: FileLimit
  offset?: number
  place?: [line: number, column: number]
  rows?: number
}

/** The file is read to its end; `errors` has each code once. */
export type Read = { rows: number; errors: RowErrorCode[]; categories?: number }

/** Everything bad that a YML file can be; `trapUrl` is where a parser that fetches would be caught. */
export function hostileCases(trapUrl: string): HostileCase[] {
  return [
    ...documentTypes(trapUrl),
    ...malformedXml(),
    ...brokenEncodings(),
    ...foreignFiles(),
    ...poisonedOffers(),
    ...floods(),
  ]
}
