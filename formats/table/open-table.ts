import { compileColumns, type Columns } from '../../domain/integrations/table/columns.ts'
import { findHeader, type HeaderPlace } from '../../domain/integrations/table/find-header.ts'
import { goodsOf, type Goods, type Ordinals } from '../../domain/integrations/table/goods/goods.ts'
import type { FoundTable, TableMapping } from '../../domain/integrations/table/mapping.ts'
import { checkMapping, missingTargets } from '../../domain/integrations/table/parse-mapping.ts'
import { proposeMapping } from '../../domain/integrations/table/propose-mapping.ts'
import { MalformedFile, MappingNeeded, type ReadOptions } from '../format.ts'
import { isBlank, sectionOf } from './rows.ts'
import type { TableRecord } from './table.ts'

/** A sheet whose header has been found and whose columns are known. */
export type OpenTable = {
  headers: string[]
  fingerprint: string
  mapping: TableMapping
  columns: Columns
  goods: Goods
  /** Whether rows between the goods name their category. */
  hasSections: boolean
}

/** The most records that a header is searched in, and how much text they may hold together. */
export const SEARCHED_RECORDS = 60
export const SEARCHED_CHARACTERS = 2_097_152

const SAMPLES = 5

type Choice = {
  chooseMapping: ReadOptions['chooseMapping'] | undefined
  /** The table that was opened before in the same file: others of its kind are read by the same mapping. */
  previous: OpenTable | undefined
  /** Undefined where the format has no sheets: then there is no other to go on with. */
  sheet: string | undefined
  ordinals: Ordinals
}

export type Opened =
  | { table: OpenTable; rest: TableRecord[] }
  | { table: undefined; needed: MappingNeeded | undefined }

/**
 * Finds the header among the first records of a sheet and decides what its columns are. A sheet that is no table, or one
 * that only the seller can explain where others may follow, is passed over.
 * @throws {MappingNeeded} where there is no other sheet
 * @throws {MalformedFile} `mapping-mismatch`
 */
export async function openTable(records: readonly TableRecord[], choice: Choice): Promise<Opened> {
  const filled = records.filter(({ cells }) => !isBlank(cells))
  const place = findHeader(filled.map(({ cells }) => cells))
  if (!place) return { table: undefined, needed: undefined }
  const rest = filled.slice(place.at + place.height)
  const found = proposeMapping(
    place.headers,
    rest.slice(0, SAMPLES).map(({ cells }) => cells),
  )
  const { previous, sheet } = choice
  if (previous && found.fingerprint !== previous.fingerprint)
    return { table: undefined, needed: undefined }
  const mapping = previous?.mapping ?? (await chooseFor(found, choice))
  if (mapping instanceof MappingNeeded) return { table: undefined, needed: mapping }
  const [problem] = checkMapping(mapping, place.headers)
  if (problem) {
    const { column, field } = problem
    throw new MalformedFile({
      code: 'mapping-mismatch',
      params: { ...(column !== undefined && { column }), ...(field !== undefined && { field }) },
    })
  }
  const width = sheet === undefined ? widthOf(place, filled) : Infinity
  const columns = compileColumns(mapping, place.headers, width)
  const table: OpenTable = {
    headers: place.headers,
    fingerprint: found.fingerprint,
    mapping,
    columns,
    goods: goodsOf(mapping.preset, columns, choice.ordinals),
    hasSections: !columns.hasCategory && rest.some(({ cells }) => sectionOf(cells) !== undefined),
  }
  return { table, rest }
}

async function chooseFor(
  found: FoundTable,
  { chooseMapping, sheet }: Choice,
): Promise<TableMapping | MappingNeeded> {
  try {
    if (chooseMapping) return await chooseMapping(found)
  } catch (error) {
    if (!(error instanceof MappingNeeded) || sheet === undefined) throw error
    return error
  }
  const isEnough = missingTargets(found.proposal).length === 0
  return isEnough || sheet === undefined ? found.proposal : new MappingNeeded(found)
}

/** Of the header as it is written, unnamed columns at its end included. */
function widthOf({ at, height, headers }: HeaderPlace, records: readonly TableRecord[]): number {
  const rows = records.slice(at, at + height)
  return Math.max(headers.length, ...rows.map(({ cells }) => cells.length))
}
