import { toCurrency } from '../../domain/integrations/money.ts'
import { clean, cut, quotable } from '../../domain/integrations/plain-text.ts'
import type { RawOffer } from '../../domain/integrations/raw-offer.ts'
import { ROW_LIMITS } from '../../domain/integrations/row-limits.ts'
import type { CategoryRow, RowError, RowErrorCode } from '../../domain/integrations/row.ts'
import { MalformedFile } from '../format.ts'
import type { XmlAttributes, XmlHandlers } from '../xml/parser.ts'
import { OfferReader } from './offer-reader.ts'

/** Takes what a catalogue holds, in the order of the file. */
export type CatalogueSink = {
  /** `characters` are those of its texts together; prices without a currency are in `baseCurrency`. */
  offer(offer: RawOffer, characters: number, baseCurrency: string): void
  category(category: CategoryRow): void
  defect(error: RowError): void
}

type OpenCategory = { id: string; parentId: string | undefined; line: number; name: string }

/** Finds offers and categories in the elements of a feed; counts offers from 1. */
export class CatalogueReader implements XmlHandlers {
  readonly #sink: CatalogueSink
  readonly #lineNow: () => number
  readonly #path: string[] = []
  #offersRead = 0
  #baseCurrency: string | undefined
  #offer: OfferReader | undefined
  #category: OpenCategory | undefined

  constructor(sink: CatalogueSink, lineNow: () => number) {
    this.#sink = sink
    this.#lineNow = lineNow
  }

  /** The offer that is being read, else the last one before. */
  get row(): number {
    return this.#offersRead + (this.#offer ? 1 : 0)
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
      this.#offer = new OfferReader(this.#offersRead + 1, this.#lineNow(), attributes)
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
      const offer = this.#offer.finish()
      this.#offersRead += 1
      this.#sink.offer(offer, this.#offer.characters, this.#baseCurrency ?? 'RUB')
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
      this.#sink.defect({
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
    this.#sink.category(category)
  }
}
