import { emptyOffer, type RawOffer } from '../../domain/integrations/raw-offer.ts'
import { ROW_LIMITS } from '../../domain/integrations/row-limits.ts'
import type { XmlAttributes } from '../xml/parser.ts'
import { ATTRIBUTE_ELEMENTS, TEXT_ELEMENTS } from './elements.ts'

type Field = { element: string; attributes: XmlAttributes }

/** Gathers one offer, element by element. What is unknown is passed over with all that it holds. */
export class OfferReader {
  readonly offer: RawOffer
  #field: Field | undefined
  #depth = 0
  #inContainer = false
  #text = ''
  #total = 0

  constructor(row: number, line: number, attributes: XmlAttributes) {
    this.offer = emptyOffer(row, line)
    this.offer.id = attributes['id']
    this.offer.type = attributes['type']
    this.offer.groupId = attributes['group_id']
    this.offer.available = attributes['available']
  }

  open(element: string, attributes: XmlAttributes): void {
    this.#depth += 1
    if (element === 'outlet') this.offer.outlets.push(outletOf(attributes))
    if (this.#depth === 1) this.#inContainer = CONTAINERS.has(element)
    if (this.#depth === 1 || (this.#depth === 2 && this.#inContainer)) {
      this.#field = { element, attributes }
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

  close(element: string): void {
    this.#depth -= 1
    if (element !== this.#field?.element || this.#depth > 1) return
    this.#finish(this.#field)
    this.#field = undefined
  }

  #finish({ element, attributes }: Field): void {
    const text = this.#text
    const { offer } = this
    this.#total += text.length
    if (text.length > ROW_LIMITS.fieldLength) {
      if (!offer.tooLong.includes(element)) offer.tooLong.push(element)
      return
    }
    if (this.#total > ROW_LIMITS.rowLength) {
      offer.tooLarge = true
      return
    }
    const field = TEXT_ELEMENTS.get(element)
    if (field) offer[field] ||= text
    else if (element === 'picture') offer.pictures.push(text)
    else if (element === 'barcode') offer.barcodes.push(text)
    else if (element === 'param')
      offer.attributes.push({ name: attributes['name'], value: text, unit: attributes['unit'] })
    else this.#addTypeAttribute(element, text, attributes)
  }

  /** A shop that also gives it as a `param` of the same name has it once. */
  #addTypeAttribute(element: string, value: string, attributes: XmlAttributes): void {
    const name = ATTRIBUTE_ELEMENTS.get(element)
    if (!name || value.trim() === '') return
    if (this.offer.attributes.some((attribute) => attribute.name === name)) return
    this.offer.attributes.push({ name, value, unit: attributes['unit'] })
  }
}

/** Elements whose children are fields themselves. */
const CONTAINERS: ReadonlySet<string> = new Set(['condition'])

const outletOf = (attributes: XmlAttributes) => ({
  id: attributes['id'],
  units: attributes['instock'],
})
