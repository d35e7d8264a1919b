import { emptyOffer, type RawOffer } from '../raw-offer.ts'
import { ROW_LIMITS } from '../row-limits.ts'

/** An offer while its cells are gathered: beside the fields of every offer, those that only tables have. */
export type TableOffer = {
  raw: RawOffer
  categoryPath: string
  /** `categoryLevel:1` at 0; sparse. */
  categoryLevels: string[]
  /** The section row that it stands under. */
  section: string
  /** Centimetres, as texts of decimals. */
  length: string
  width: string
  height: string
  /** By target, `shopify:handle`: what only the rules of a preset understand. */
  own: Map<string, string> | undefined
  /** What stands beyond the last column. */
  surplus: string
  /** Of all texts kept. */
  characters: number
}

export function emptyTableOffer(row: number, line: number, section: string): TableOffer {
  return {
    raw: emptyOffer(row, line),
    categoryPath: '',
    categoryLevels: [],
    section,
    length: '',
    width: '',
    height: '',
    own: undefined,
    surplus: '',
    characters: 0,
  }
}

/** False when the offer is as large as offers may be; it is marked then, and the rest is not kept. */
export function hasRoom(offer: TableOffer, characters: number): boolean {
  offer.characters += characters
  if (offer.characters > ROW_LIMITS.rowLength) offer.raw.tooLarge = true
  return !offer.raw.tooLarge
}
