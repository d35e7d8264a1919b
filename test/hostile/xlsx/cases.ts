import type {
  FileProblemCode,
  FileProblemParams,
} from '../../../domain/integrations/file-problem.ts'
import { brokenBooks } from './broken-books.ts'
import { floods } from './floods.ts'
import { hostilePackages } from './hostile-packages.ts'
import { oldWorkbooks } from './old-workbooks.ts'

export type HostileBook = {
  name: string
  reader: 'xlsx' | 'xls'
  bytes: () => Uint8Array
  /** Judged in a process of its own, with its memory. */
  isBig?: boolean
  expected: Refused | { records: number }
}

export type Refused = { code: FileProblemCode; params?: FileProblemParams; line?: number }

export function hostileBooks(): HostileBook[] {
  return [...hostilePackages(), ...brokenBooks(), ...floods(), ...oldWorkbooks()]
}
