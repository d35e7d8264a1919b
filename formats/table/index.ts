import { currencyInPrice } from '../../domain/integrations/money.ts'
import { normaliseOffer } from '../../domain/integrations/normalise-offer.ts'
import { quotable } from '../../domain/integrations/plain-text.ts'
import type { RowError } from '../../domain/integrations/row.ts'
import type { TableOffer } from '../../domain/integrations/table/table-offer.ts'
import { Batches } from '../batches.ts'
import { MalformedFile, type Format, type SourceRow } from '../format.ts'
import { tableCategories, type Categories } from './categories.ts'
import type { OpenTable } from './open-table.ts'
import { readGoods, type GoodsPiece } from './read-goods.ts'
import type { ReadTable } from './table.ts'

const DEFAULT_BATCH_SIZE = 1_000

/** A format of goods in rows and columns, made of what cuts its files into records. */
export function tableFormat(name: string, readTable: ReadTable): Format {
  return {
    name,
    async *read(source, options) {
      const batches = new Batches(options.batchSize ?? DEFAULT_BATCH_SIZE)
      let position: GoodsPiece['position'] = { bytesRead: 0, encoding: options.encoding }
      let categories: Categories | undefined
      try {
        for await (const piece of readGoods(readTable, source, options)) {
          ;({ position } = piece)
          categories ??= tableCategories(batches, piece.table.mapping)
          for (const offer of piece.offers) addOffer(batches, offer, piece.table, categories)
          yield* batches.take(position)
        }
      } catch (error) {
        if (!(error instanceof MalformedFile)) throw error
        yield* batches.takeRest(position)
        throw new MalformedFile({ row: batches.rowsRead, ...error.problem })
      }
      yield* batches.takeRest(position)
    },

    async *readSource(source, options) {
      let told: OpenTable | undefined
      for await (const { table, rows } of readGoods(readTable, source, options)) {
        const headers = table.hasSections ? [...table.headers, SECTION_HEADER] : table.headers
        if (table !== told) yield { headers, rows: [] }
        told = table
        const kept: SourceRow[] = rows.map(({ row, line, cells, section }) => ({
          row,
          line,
          cells: headers.map((_, at) => (at < table.headers.length ? (cells[at] ?? '') : section)),
        }))
        if (kept.length > 0) yield { headers, rows: kept }
      }
    },
  }
}

/** What rows stood under, beside them: in a report that has only some of the rows the section rows would be lost. */
const SECTION_HEADER = 'Категория'

function addOffer(
  batches: Batches,
  offer: TableOffer,
  { columns, mapping }: OpenTable,
  categories: Categories,
): void {
  const { raw, characters, surplus, length, width, height } = offer
  if (surplus !== '') {
    batches.addRow(undefined, [misaligned(offer)], characters)
    return
  }
  const place = categories.placeOf(offer)
  if (place === undefined) raw.tooLong.push(columns.terms.fieldNames.categoryId)
  raw.categoryId = place?.id
  if (!raw.currency?.trim()) raw.currency = currencyInPrice(raw.price ?? '') ?? mapping.currency
  if (length !== '' || width !== '' || height !== '')
    raw.dimensionsCm ||= `${length}/${width}/${height}`
  const { row, errors } = normaliseOffer(raw, columns.terms)
  if (row && place) categories.ensure(place)
  batches.addRow(row, errors, characters)
}

function misaligned({ raw, surplus }: TableOffer): RowError {
  const error: RowError = {
    row: raw.row,
    code: 'row-misaligned',
    level: 'error',
    value: quotable(surplus),
  }
  if (raw.line !== undefined) error.line = raw.line
  if (raw.id?.trim()) error.externalId = quotable(raw.id.trim())
  return error
}
