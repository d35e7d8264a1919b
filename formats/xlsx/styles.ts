import type { Attributes, XmlEvents } from './xml-scanner.ts'
import type { DateKind } from './serial-date.ts'

/** Which kind of date the number of each cell style is; undefined for plain numbers. */
export type CellStyles = (DateKind | undefined)[]

/** Reads `styles.xml`: `cellXfs` point to number formats, built in or the workbook's own. */
export function stylesReader(): XmlEvents & { styles: CellStyles } {
  const own = new Map<number, DateKind | undefined>()
  const styles: CellStyles = []
  let isInCellXfs = false
  return {
    styles,
    open(name: string, attributes: Attributes) {
      if (name === 'cellXfs') isInCellXfs = true
      if (name === 'numFmt') {
        const id = Number(attributes.get('numFmtId'))
        if (own.size < MOST_FORMATS) own.set(id, dateKindOf(attributes.get('formatCode') ?? ''))
      }
      if (name === 'xf' && isInCellXfs && styles.length < MOST_FORMATS) {
        const id = Number(attributes.get('numFmtId') ?? 0)
        styles.push(own.has(id) ? own.get(id) : builtIn(id))
      }
    },
    close(name: string) {
      if (name === 'cellXfs') isInCellXfs = false
    },
    text() {},
  }
}

/** Excel itself permits 65,490 cell styles. */
const MOST_FORMATS = 70_000

/** ECMA-376 part 1, 18.8.30; 27–36 and 50–58 are dates of East Asian locales. */
function builtIn(id: number): DateKind | undefined {
  if ((id >= 18 && id <= 21) || id === 45 || id === 47) return 'time'
  const isDate =
    (id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)
  return isDate ? 'date' : undefined
}

/**
 * Whether a number format shows a date or a time of day. Durations (`[h]:mm`) are numbers: they can pass 24 hours.
 */
export function dateKindOf(code: string): DateKind | undefined {
  const bare = code
    .replace(/"[^"]*"?|\\.|_.|\*./g, '')
    .split(';', 1)[0]!
    .toLowerCase()
  if (/\[(h+|m+|s+)\]/.test(bare)) return undefined
  const letters = bare.replace(/\[[^\]]*\]/g, '').replace(/general|am\/pm|a\/p|основной/g, '')
  if (/[0#?]/.test(letters.replace(/s\.0+/g, 's'))) return undefined
  if (/[ydгд]/.test(letters)) return 'date'
  if (/[hsч]/.test(letters)) return 'time'
  return letters.includes('m') ? 'date' : undefined
}
