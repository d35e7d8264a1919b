import { decode } from '../decode.ts'
import { InvalidFeed, type FeedCheck } from '../feed-writer.ts'
import { SeenIds } from '../seen-ids.ts'
import { createXmlParser, type XmlAttributes, type XmlHandlers } from './parser.ts'

export type ItemShape = {
  /** The element that is one item. */
  element: string
  /** The item's id, from its attributes or from its own elements' texts. */
  idOf(attributes: XmlAttributes, texts: ReadonlyMap<string, string>): string | undefined
  isComplete(texts: ReadonlyMap<string, string>): boolean
}

/** Well-formed from the first byte to the last, every item whole, no id twice. */
export const checkXmlItems =
  (shape: ItemShape): FeedCheck =>
  async (bytes) => {
    const counter = new ItemCounter(shape)
    const parser = createXmlParser(counter)
    try {
      for await (const { text } of decode(bytes, 'utf-8')) parser.write(text)
      parser.end()
    } catch (error) {
      if (error instanceof InvalidFeed) throw error
      throw new InvalidFeed('malformed', counter.items, error)
    }
    return { items: counter.items }
  }

class ItemCounter implements XmlHandlers {
  items = 0
  readonly #shape: ItemShape
  readonly #ids = new SeenIds()
  readonly #texts = new Map<string, string>()
  #attributes: XmlAttributes | undefined
  #depth = 0
  #text = ''

  constructor(shape: ItemShape) {
    this.#shape = shape
  }

  open(name: string, attributes: XmlAttributes): void {
    if (this.#attributes) {
      this.#depth++
      this.#text = ''
    } else if (name === this.#shape.element) {
      this.items++
      this.#attributes = attributes
      this.#texts.clear()
    }
  }

  text(text: string): void {
    if (this.#depth === 1) this.#text += text
  }

  close(name: string): void {
    if (!this.#attributes) return
    if (this.#depth === 0) this.#closeItem(this.#attributes)
    else if (this.#depth-- === 1) this.#texts.set(name, this.#text.trim())
  }

  #closeItem(attributes: XmlAttributes): void {
    this.#attributes = undefined
    const id = this.#shape.idOf(attributes, this.#texts)
    if (!id || !this.#shape.isComplete(this.#texts))
      throw new InvalidFeed('element-missing', this.items)
    if (!this.#ids.add(id)) throw new InvalidFeed('duplicate-id', this.items)
  }
}
