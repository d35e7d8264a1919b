import { normaliseOffer } from '../../domain/integrations/normalise-offer.ts'
import { Batches } from '../batches.ts'
import { decode } from '../decode.ts'
import { MalformedFile, type Format, type Progress, type ReadOptions } from '../format.ts'
import { createXmlParser } from '../xml/parser.ts'
import { CatalogueReader, type CatalogueSink } from './catalogue-reader.ts'
import { FIELD_NAMES } from './elements.ts'
import { offersAsTable, TABLE_HEADERS } from './offers-as-table.ts'

const DEFAULT_BATCH_SIZE = 1_000

/**
 * Yandex Market Language. Categories may stand anywhere, offers of any type are read, promotions and gifts are passed
 * over. Source: Yandex's documentation of YML (`yml_catalog`, `shop`, `categories`, `offers`).
 */
export const yml: Format = {
  name: 'yml',
  async *read(source, options) {
    const batches = new Batches(options.batchSize ?? DEFAULT_BATCH_SIZE)
    const sink: CatalogueSink = {
      offer(offer, characters, defaultCurrency) {
        const terms = { fieldNames: FIELD_NAMES, defaultCurrency }
        const { row, errors } = normaliseOffer(offer, terms)
        batches.addRow(row, errors, characters)
      },
      category: (category) => batches.addCategory(category),
      defect: (error) => batches.addError(error),
    }
    let position: Position = { bytesRead: 0, encoding: options.encoding }
    try {
      for await (position of readCatalogue(source, options, sink)) yield* batches.take(position)
    } catch (error) {
      if (!(error instanceof MalformedFile)) throw error
      yield* batches.takeRest(position)
      throw error
    }
    yield* batches.takeRest(position)
  },

  /** In columns that are read again as the elements of YML; a category that its offers precede is shown by its id. */
  async *readSource(source, options) {
    const table = offersAsTable()
    yield { headers: [...TABLE_HEADERS], rows: [] }
    const pieces = readCatalogue(source, options, table.sink)
    while (!(await pieces.next()).done) {
      const rows = table.take()
      if (rows.length > 0) yield { headers: [...TABLE_HEADERS], rows }
    }
    const rows = table.take()
    if (rows.length > 0) yield { headers: [...TABLE_HEADERS], rows }
  },
}

type Position = Omit<Progress, 'rowsRead'>

/** Reads a feed into a sink, and stops after each piece of text to say how far it has come. */
async function* readCatalogue(
  source: AsyncIterable<Uint8Array>,
  { encoding }: ReadOptions,
  sink: CatalogueSink,
): AsyncGenerator<Position> {
  const reader = new CatalogueReader(sink, () => parser.line)
  const parser = createXmlParser(reader)
  let position: Position = { bytesRead: 0, encoding }
  try {
    for await (const { text, bytesRead, encoding: decodedAs } of decode(source, encoding)) {
      position = { bytesRead, encoding: decodedAs }
      parser.write(text)
      yield position
    }
    parser.end()
  } catch (error) {
    if (!(error instanceof MalformedFile)) throw error
    yield position
    throw new MalformedFile({ row: reader.row, ...error.problem })
  }
}
