import { clean } from '../plain-text.ts'

/** A header as it is compared: `Цена, руб.` is `цена` in `руб`. */
export type HeaderText = { text: string; unit: string }

/**
 * Lower case, `е` for `ё`, no punctuation at the ends, single spaces for underscores, hyphens and dots within; what stands
 * in brackets at the end, or after the last comma, is the unit.
 */
export function readHeader(header: string): HeaderText {
  const lowered = clean(header.slice(0, LONGEST)).toLowerCase().replaceAll('ё', 'е')
  const match = UNIT.exec(lowered)
  const unit = match ? strip(match[1] ?? match[2] ?? '') : ''
  const named = match ? lowered.slice(0, match.index) : lowered
  return { text: strip(named.replace(/[_\-–—.\s]+/g, ' ')), unit }
}

/** The same for headers that mean the same: what mappings and fingerprints compare. */
export function headerKey(header: string): string {
  const { text, unit } = readHeader(header)
  return unit === '' ? text : `${text}, ${unit}`
}

/** No header that means something is longer. */
const LONGEST = 200

const UNIT = /(?:\(([^()]*)\)|,\s*([^,()]{1,12}))[\s*:?]*$/

function strip(text: string): string {
  return text.replace(/^[\s*"'«»#:.\uFEFF]+|[\s*"'«»:;.?!\uFEFF]+$/g, '')
}
