import { cut, quotable } from './plain-text.ts'
import type { RawOffer, RawTextField } from './raw-offer.ts'
import { ROW_LIMITS } from './row-limits.ts'
import type { RowError, RowErrorCode } from './row.ts'

/** How the file at hand calls what we read, for the seller to find it, and what it says once for all offers. */
export type OfferTerms = {
  fieldNames: Record<RawTextField | 'picture' | 'barcode' | 'attribute' | 'outlet', string>
  /** ISO 4217; taken, with a warning, where an offer names no currency. */
  defaultCurrency: string
}

/** What is wrong with one offer, collected in the order in which it is found. */
export class Findings {
  readonly errors: RowError[] = []
  rejected = false
  readonly #raw: RawOffer
  readonly #terms: OfferTerms

  constructor(raw: RawOffer, terms: OfferTerms) {
    this.#raw = raw
    this.#terms = terms
  }

  reject(code: RowErrorCode, field: string | undefined, value?: string): void {
    this.rejected = true
    this.#add('error', code, field, value)
  }

  /** For a field that is not there; where it was too long to be kept, that has been said already. */
  rejectAbsent(code: RowErrorCode, field: keyof OfferTerms['fieldNames']): void {
    const name = this.name(field)
    if (!this.#raw.tooLong.includes(name)) this.reject(code, name)
  }

  warn(code: RowErrorCode, field: keyof OfferTerms['fieldNames'], value?: string): void {
    this.#add('warning', code, this.name(field), value)
  }

  name(field: keyof OfferTerms['fieldNames']): string {
    return this.#terms.fieldNames[field]
  }

  #add(level: RowError['level'], code: RowErrorCode, field?: string, value?: string): void {
    if (this.errors.length >= ROW_LIMITS.errors) return
    const error: RowError = { row: this.#raw.row, code, level }
    if (this.#raw.line !== undefined) error.line = this.#raw.line
    const id = this.#raw.id?.trim()
    if (id) error.externalId = cut(id, ROW_LIMITS.idLength)
    if (field !== undefined) error.field = field
    if (value !== undefined) error.value = quotable(value.trim())
    this.errors.push(error)
  }
}
