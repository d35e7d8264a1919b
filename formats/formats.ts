import type { SniffedFormat } from '../domain/integrations/sniff.ts'
import { csv } from './csv/index.ts'
import type { Format } from './format.ts'
import { tableFormat } from './table/index.ts'
import { readXls } from './xls/index.ts'
import { readXlsx } from './xlsx/index.ts'
import { yml } from './yml/index.ts'

/** Every format that can be imported, by the name under which `sniff` recognises it. */
export const formats: Record<SniffedFormat, Format> = {
  yml,
  csv,
  xlsx: tableFormat('xlsx', readXlsx),
  xls: tableFormat('xls', readXls),
}
