import {
  emptyOffer,
  type RawAttribute,
  type RawOffer,
} from '../../domain/integrations/raw-offer.ts'
import { ROW_LIMITS } from '../../domain/integrations/row-limits.ts'
import type { XmlAttributes } from '../xml/parser.ts'
import { ATTRIBUTE_ELEMENTS, TEXT_ELEMENTS } from './elements.ts'

type Field = { element: string; attributes: XmlAttributes; depth: number }

/** Gathers one offer, element by element. What is unknown is passed over with all that it holds. */
export class OfferReader {
  /** Of what has been kept, markup left aside. */
  characters: number
  readonly #offer: RawOffer
  readonly #typeAttributes = new Map<string, RawAttribute>()
  #field: Field | undefined
  #depth = 0
  #inContainer = false
  #text = ''

  constructor(row: number, line: number, attributes: XmlAttributes) {
    this.#offer = emptyOffer(row, line)
    this.#offer.id = attributes['id']
    this.#offer.type = attributes['type']
    this.#offer.groupId = attributes['group_id']
    this.#offer.available = attributes['available']
    this.characters = lengthOf(attributes)
  }

  open(element: string, attributes: XmlAttributes): void {
    this.#depth += 1
    if (element === 'outlet' && this.#hasRoom(element.length + lengthOf(attributes)))
      this.#offer.outlets.push({ id: attributes['id'], units: attributes['instock'] })
    if (this.#depth === 1) this.#inContainer = CONTAINERS.has(element)
    if (this.#depth === 1 || (this.#depth === 2 && this.#inContainer)) {
      this.#field = { element, attributes, depth: this.#depth }
      this.#text = ''
    }
  }

  text(text: string): void {
    if (!this.#field || this.#text.length > ROW_LIMITS.fieldLength) return
    this.#text += text
  }

  /** False once only the offer's own end is to come. */
  get isOpen(): boolean {
    return this.#depth > 0
  }

  close(): void {
    if (this.#field?.depth === this.#depth) {
      this.#keep(this.#field)
      this.#field = undefined
    }
    this.#depth -= 1
  }

  /** The offer. What a shop gives both as an element and as a `param` of the same name is in it once. */
  finish(): RawOffer {
    const named = new Set(this.#offer.attributes.map((attribute) => attribute.name))
    for (const [name, attribute] of this.#typeAttributes)
      if (!named.has(name)) this.#offer.attributes.push(attribute)
    return this.#offer
  }

  #keep({ element, attributes }: Field): void {
    const text = this.#text
    const offer = this.#offer
    if (text.length > ROW_LIMITS.fieldLength) {
      if (isKnown(element) && !offer.tooLong.includes(element)) offer.tooLong.push(element)
      return
    }
    if (!isKnown(element) || !this.#hasRoom(element.length + lengthOf(attributes) + text.length))
      return
    const field = TEXT_ELEMENTS.get(element)
    const { name, unit } = attributes
    if (field) offer[field] ||= text
    else if (element === 'picture') offer.pictures.push(text)
    else if (element === 'barcode') offer.barcodes.push(text)
    else if (element === 'param') offer.attributes.push({ name, value: text, unit })
    else this.#addTypeAttribute(element, text, unit)
  }

  #addTypeAttribute(element: string, value: string, unit: string | undefined): void {
    const name = ATTRIBUTE_ELEMENTS.get(element)
    if (!name || value.trim() === '' || this.#typeAttributes.has(name)) return
    this.#typeAttributes.set(name, { name, value, unit })
  }

  #hasRoom(characters: number): boolean {
    this.characters += characters
    this.#offer.tooLarge ||= this.characters > ROW_LIMITS.rowLength
    return !this.#offer.tooLarge
  }
}

/** Elements whose children are fields themselves. */
const CONTAINERS: ReadonlySet<string> = new Set(['condition'])

const LISTED: ReadonlySet<string> = new Set(['picture', 'barcode', 'param'])

function isKnown(element: string): boolean {
  return TEXT_ELEMENTS.has(element) || ATTRIBUTE_ELEMENTS.has(element) || LISTED.has(element)
}

function lengthOf(attributes: XmlAttributes): number {
  let length = 0
  for (const name in attributes) length += name.length + attributes[name]!.length
  return length
}
