import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import { MalformedFile } from '../format.ts'
import type { TableRecord } from '../table/table.ts'
import { SHEET_LIMITS } from './limits.ts'
import { numberText } from './number-text.ts'
import { isoOfSerial } from './serial-date.ts'
import type { CellStyles } from './styles.ts'
import type { Attributes, XmlEvents } from './xml-scanner.ts'

export type SheetContext = {
  sheet: string
  part: string
  styles: CellStyles
  is1904: boolean
  /** Undefined where there is no such text. */
  sharedString(index: number): string | undefined
  /** Counts over all sheets. */
  cells: { count: number }
}

/** Collects the records of one sheet from the events of its XML. */
export class SheetRows implements XmlEvents {
  readonly #context: SheetContext
  #records: TableRecord[] = []
  #characters = 0
  #isInData = false
  #line = 0
  #column = -1
  #cells: string[] = []
  #type = ''
  #style = 0
  #value = ''
  #isTaking = false
  #isPhonetic = false

  constructor(context: SheetContext) {
    this.#context = context
  }

  get records(): number {
    return this.#records.length
  }

  get characters(): number {
    return this.#characters
  }

  take(): TableRecord[] {
    const records = this.#records
    this.#records = []
    this.#characters = 0
    return records
  }

  place(): Partial<FileProblem> {
    const { sheet, part } = this.#context
    return { params: { sheet, part }, ...(this.#line > 0 && { line: this.#line }) }
  }

  open(name: string, attributes: Attributes): void {
    switch (name) {
      case 'c':
        if (this.#isInData) this.#openCell(attributes)
        break
      case 'v':
      case 't':
        this.#isTaking = this.#column >= 0 && !this.#isPhonetic
        break
      case 'row':
        if (this.#isInData) this.#openRow(attributes.get('r'))
        break
      case 'rPh':
        this.#isPhonetic = true
        break
      case 'sheetData':
        this.#isInData = true
        break
    }
  }

  close(name: string): void {
    switch (name) {
      case 'c':
        if (this.#isInData) this.#closeCell()
        break
      case 'v':
      case 't':
        this.#isTaking = false
        break
      case 'row':
        if (this.#isInData) this.#closeRow()
        break
      case 'rPh':
        this.#isPhonetic = false
        break
      case 'sheetData':
        this.#isInData = false
        break
    }
  }

  text(text: string): void {
    if (!this.#isTaking) return
    this.#value = this.#value === '' ? text : this.#value + text
    if (this.#value.length > SHEET_LIMITS.cell) {
      throw this.#refusal({
        code: 'limit-exceeded',
        params: { limit: 'token', most: SHEET_LIMITS.cell },
      })
    }
  }

  #openRow(r: string | undefined): void {
    const line = r === undefined ? this.#line + 1 : Number(r)
    if (!Number.isInteger(line) || line < 1 || line > SHEET_LIMITS.rows) throw this.#damaged()
    this.#line = line
    this.#cells = []
    this.#column = -1
  }

  #closeRow(): void {
    if (this.#cells.length > 0) this.#records.push({ line: this.#line, cells: this.#cells })
    this.#cells = []
    this.#column = -1
    this.#lastColumn = -1
  }

  #lastColumn = -1

  #openCell(attributes: Attributes): void {
    const r = attributes.get('r')
    const column = r === undefined ? this.#lastColumn + 1 : columnOf(r)
    if (column < 0 || this.#line === 0) throw this.#damaged()
    this.#column = column
    this.#lastColumn = column
    this.#type = attributes.get('t') ?? 'n'
    this.#style = this.#type === 'n' ? Number(attributes.get('s') ?? 0) : 0
    this.#value = ''
  }

  #closeCell(): void {
    const column = this.#column
    this.#column = -1
    if (this.#value === '') return
    const text = this.#textOf(this.#value)
    if (text === '') return
    if (column >= SHEET_LIMITS.columns) {
      const { columns: most } = SHEET_LIMITS
      throw this.#refusal({ code: 'too-many-columns', params: { most } })
    }
    this.#context.cells.count += 1
    if (this.#context.cells.count > SHEET_LIMITS.cells) {
      throw this.#refusal({
        code: 'limit-exceeded',
        params: { limit: 'cells', most: SHEET_LIMITS.cells },
      })
    }
    while (this.#cells.length < column) this.#cells.push('')
    this.#cells[column] = text
    this.#characters += text.length
  }

  #textOf(value: string): string {
    switch (this.#type) {
      case 'n':
        return this.#numberOf(value)
      case 's': {
        const text = /^\d+$/.test(value) ? this.#context.sharedString(Number(value)) : undefined
        if (text === undefined) throw this.#damaged()
        return text
      }
      case 'b':
        return value === '1' || value === 'true' ? 'true' : 'false'
      case 'e':
        return ''
      default:
        return unescaped(value)
    }
  }

  #numberOf(value: string): string {
    const kind = this.#style > 0 ? this.#context.styles[this.#style] : this.#context.styles[0]
    const text = numberText(value)
    if (kind === undefined) return text
    return isoOfSerial(Number(text), kind, this.#context.is1904) ?? text
  }

  #damaged(): MalformedFile {
    return this.#refusal({ code: 'damaged-file', params: { format: 'XLSX' } })
  }

  #refusal(problem: FileProblem): MalformedFile {
    const { params, ...place } = this.place()
    return new MalformedFile({ ...problem, ...place, params: { ...problem.params, ...params } })
  }
}

/** `AB12` → 27; -1 for what is no reference. */
export function columnOf(reference: string): number {
  let column = 0
  let at = 0
  for (; at < reference.length && at < 4; at += 1) {
    const code = reference.charCodeAt(at) & 0xdf
    if (code < 0x41 || code > 0x5a) break
    column = column * 26 + code - 0x40
  }
  return at === reference.length || column > 16_384 ? -1 : column - 1
}

/** Characters that XML cannot hold are written `_x000D_` (ECMA-376 part 1, 22.9.2.19). */
export function unescaped(text: string): string {
  if (!text.includes('_x')) return text
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (whole, hex: string) => {
    const code = parseInt(hex, 16)
    // NUL and halves of surrogate pairs are no text.
    return code === 0 || (code >= 0xd800 && code <= 0xdfff) ? whole : String.fromCharCode(code)
  })
}
