import { ROW_LIMITS } from './row-limits.ts'

/**
 * Trimmed, with every run of white space (no-break spaces too) as one space, and letters composed: files from macOS have «й» as
 * two signs, which nobody types.
 */
export function clean(text: string | undefined): string {
  if (text === undefined) return ''
  const composed = DECOMPOSED.test(text) ? text.normalize('NFC') : text
  return (UNEVEN.test(composed) ? composed.replace(/\s+/g, ' ') : composed).trim()
}

const DECOMPOSED = /[\u0300-\u036f]/

/** White space that is not single spaces: most texts have none, and need no copy. */
const UNEVEN = / {2}|[^\S ]/

/** Cuts to `most` code units, never through a character. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')
}

/** Cuts a value to what an error may quote of it. */
export function quotable(value: string): string {
  return value.length <= ROW_LIMITS.quotedLength
    ? value
    : `${cut(value, ROW_LIMITS.quotedLength - 1)}…`
}
