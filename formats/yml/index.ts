import { toCurrency } from '../../domain/integrations/money.ts'
import { normaliseOffer } from '../../domain/integrations/normalise-offer.ts'
import { clean, cut, quotable } from '../../domain/integrations/plain-text.ts'
import { ROW_LIMITS } from '../../domain/integrations/row-limits.ts'
import type { CategoryRow, RowErrorCode } from '../../domain/integrations/row.ts'
import { decode } from '../decode.ts'
import { MalformedFile, type Format } from '../format.ts'
import { createXmlParser, type XmlAttributes, type XmlHandlers } from '../xml/parser.ts'
import { Batches } from '../batches.ts'
import { FIELD_NAMES } from './elements.ts'
import { OfferReader } from './offer-reader.ts'

const DEFAULT_BATCH_SIZE = 1_000

/**
 * Yandex Market Language. Categories may stand anywhere, offers of any type are read, promotions and gifts are passed
 * over. Source: Yandex's documentation of YML (`yml_catalog`, `shop`, `categories`, `offers`).
 */
export const yml: Format = {
  name: 'yml',
  async *read(source, { encoding, batchSize = DEFAULT_BATCH_SIZE }) {
    const batches = new Batches(batchSize)
    const reader = new CatalogueReader(batches, () => parser.line)
    const parser = createXmlParser(reader)
    let position = { bytesRead: 0, encoding }
    try {
      for await (const { text, bytesRead, encoding } of decode(source, position.encoding)) {
        position = { bytesRead, encoding }
        parser.write(text)
        yield* batches.take(position)
      }
      parser.end()
    } catch (error) {
      if (!(error instanceof MalformedFile)) throw error
      yield* batches.takeRest(position)
      throw new MalformedFile({ row: reader.row, ...error.problem })
    }
    yield* batches.takeRest(position)
  },
}

type OpenCategory = { id: string; parentId: string | undefined; line: number; name: string }

class CatalogueReader implements XmlHandlers {
  readonly #batches: Batches
  readonly #lineNow: () => number
  readonly #path: string[] = []
  #baseCurrency: string | undefined
  #offer: OfferReader | undefined
  #category: OpenCategory | undefined

  constructor(batches: Batches, lineNow: () => number) {
    this.#batches = batches
    this.#lineNow = lineNow
  }

  /** The offer that is being read, else the last one before. */
  get row(): number {
    return this.#batches.rowsRead + (this.#offer ? 1 : 0)
  }

  open(name: string, attributes: XmlAttributes): void {
    if (this.#offer) {
      this.#offer.open(name, attributes)
      return
    }
    const parent = this.#path.at(-1)
    this.#path.push(name)
    if (parent === undefined && name !== 'yml_catalog')
      throw new MalformedFile({
        code: 'unexpected-root',
        params: { root: name },
        line: this.#lineNow(),
      })
    if (name === 'offer' && parent === 'offers')
      this.#offer = new OfferReader(this.#batches.rowsRead + 1, this.#lineNow(), attributes)
    else if (name === 'category' && parent === 'categories') this.#openCategory(attributes)
    else if (name === 'currency' && parent === 'currencies') this.#readCurrency(attributes)
  }

  text(text: string): void {
    if (this.#offer) this.#offer.text(text)
    else if (this.#category && this.#category.name.length <= ROW_LIMITS.nameLength)
      this.#category.name += text
  }

  close(name: string): void {
    if (this.#offer && !this.#offer.isOpen) {
      const terms = { fieldNames: FIELD_NAMES, defaultCurrency: this.#baseCurrency ?? 'RUB' }
      const { row, errors } = normaliseOffer(this.#offer.finish(), terms)
      this.#batches.addRow(row, errors, this.#offer.characters)
      this.#offer = undefined
    } else if (this.#offer) {
      this.#offer.close()
      return
    } else if (this.#category && name === 'category') this.#closeCategory(this.#category)
    this.#path.pop()
  }

  /** The first one of rate 1 is what prices are in; exporters that name a single currency leave its rate out. */
  #readCurrency({ id = '', rate = '1' }: XmlAttributes): void {
    if (Number(rate) === 1) this.#baseCurrency ??= toCurrency(id)
  }

  #openCategory({ id = '', parentId }: XmlAttributes): void {
    this.#category = {
      id: id.trim(),
      parentId: parentId?.trim() || undefined,
      line: this.#lineNow(),
      name: '',
    }
  }

  #closeCategory({ id, parentId, line, name: text }: OpenCategory): void {
    this.#category = undefined
    const warn = (code: RowErrorCode, field: string, value: string) =>
      this.#batches.addError({
        ...{ row: 0, line, field, code, level: 'warning' },
        value: quotable(value),
      })
    if (id === '' || id.length > ROW_LIMITS.idLength) return warn('category-invalid', 'id', id)
    const name = cut(clean(text), ROW_LIMITS.nameLength)
    if (name === '') warn('category-name-missing', 'category', id)
    const category: CategoryRow = { externalId: id, name: name || id }
    if (parentId !== undefined && parentId.length > ROW_LIMITS.idLength)
      warn('category-parent-unknown', 'parentId', parentId)
    else if (parentId !== undefined) category.parentExternalId = parentId
    this.#batches.addCategory(category)
  }
}
