import { toCurrency } from '../../domain/integrations/money.ts'
import { normaliseOffer } from '../../domain/integrations/normalise-offer.ts'
import { clean, cut } from '../../domain/integrations/plain-text.ts'
import { ROW_LIMITS } from '../../domain/integrations/row-limits.ts'
import { decode } from '../decode.ts'
import { MalformedFile, type Format } from '../format.ts'
import { createXmlParser, type XmlAttributes, type XmlHandlers } from '../xml/parser.ts'
import { Batches } from './batches.ts'
import { FIELD_NAMES } from './elements.ts'
import { OfferReader } from './offer-reader.ts'

const DEFAULT_BATCH_SIZE = 5_000

/**
 * Yandex Market Language. Categories may stand anywhere, offers of any type are read, promotions and gifts are passed
 * over. Source: Yandex's documentation of YML (`yml_catalog`, `shop`, `categories`, `offers`).
 */
export const yml: Format = {
  name: 'yml',
  async *read(source, { encoding, batchSize = DEFAULT_BATCH_SIZE }) {
    const batches = new Batches(batchSize)
    const parser = createXmlParser(new CatalogueReader(batches, () => parser.line))
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
      throw new MalformedFile({ row: batches.rowsRead, ...error.problem })
    }
    yield* batches.takeRest(position)
  },
}

type OpenCategory = { id: string; parentId: string | undefined; line: number; name: string }

class CatalogueReader implements XmlHandlers {
  readonly #batches: Batches
  readonly #lineNow: () => number
  readonly #path: string[] = []
  #defaultCurrency = 'RUB'
  #offer: OfferReader | undefined
  #category: OpenCategory | undefined

  constructor(batches: Batches, lineNow: () => number) {
    this.#batches = batches
    this.#lineNow = lineNow
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
      const terms = { fieldNames: FIELD_NAMES, defaultCurrency: this.#defaultCurrency }
      const { row, errors } = normaliseOffer(this.#offer.offer, terms)
      this.#batches.addRow(row, errors)
      this.#offer = undefined
    } else if (this.#offer) {
      this.#offer.close(name)
      return
    } else if (this.#category && name === 'category') this.#closeCategory(this.#category)
    this.#path.pop()
  }

  #readCurrency({ id = '', rate = '' }: XmlAttributes): void {
    if (Number(rate) === 1) this.#defaultCurrency = toCurrency(id) ?? this.#defaultCurrency
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
    const name = cut(clean(text), ROW_LIMITS.nameLength)
    if (id === '' || id.length > ROW_LIMITS.idLength || name === '') {
      const field = name === '' ? 'category' : 'id'
      this.#batches.addError({
        ...{ row: 0, line, field, code: 'category-invalid', level: 'warning' },
        value: cut(id, ROW_LIMITS.idLength),
      })
      return
    }
    this.#batches.addCategory({
      externalId: id,
      name,
      ...(parentId === undefined ? {} : { parentExternalId: parentId }),
    })
  }
}
