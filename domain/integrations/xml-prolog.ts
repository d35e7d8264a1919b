/** What comes before the first element of an XML text, and where it stops being XML; `at` is an index into the text. */
export type Prolog =
  | { found: 'root'; name: string; at: number }
  | { found: 'html-doctype' | 'internal-dtd' | 'php' | 'no-xml' | 'end'; at: number }

/** Skips white space, the declaration, comments, instructions and an external DOCTYPE; expands and fetches nothing. */
export function readProlog(text: string): Prolog {
  let at = 0
  for (;;) {
    at = skipSpace(text, at)
    if (at >= text.length) return { found: 'end', at }
    if (text.startsWith('<?', at)) {
      if (matchAt(PHP, text, at)) return { found: 'php', at }
      const end = text.indexOf('?>', at + 2)
      if (end < 0) return { found: 'end', at }
      at = end + 2
    } else if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at + 4)
      if (end < 0) return { found: 'end', at }
      at = end + 3
    } else if (matchAt(DOCTYPE, text, at)) {
      if (matchAt(HTML_DOCTYPE, text, at)) return { found: 'html-doctype', at }
      const end = at + matchAt(DOCTYPE, text, at)!.length
      if (text[end] === '[') return { found: 'internal-dtd', at: end }
      if (text[end] !== '>') return { found: 'end', at }
      at = end + 1
    } else {
      const name = matchAt(ELEMENT, text, at)?.slice(1)
      if (name) return { found: 'root', name, at }
      return { found: at >= text.length - 1 ? 'end' : 'no-xml', at }
    }
  }
}

/** Counts from 1, as editors do. */
export function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split(/\r\n|\r|\n/)
  return { line: before.length, column: before.at(-1)!.length + 1 }
}

function skipSpace(text: string, from: number): number {
  return from + (matchAt(SPACE, text, from)?.length ?? 0)
}

function matchAt(expression: RegExp, text: string, at: number): string | undefined {
  expression.lastIndex = at
  return expression.exec(text)?.[0]
}

/** A byte order mark before the declaration, even a second one, is taken as white space. */
const SPACE = /[\s\uFEFF]*/y
/** `<?php`, `<?=`, `<? echo` and what 1C-Bitrix leaves when its export was not run: `<?echo "<?xml …`. */
const PHP = /<\?(?:php|=|\s|echo|print)/iy
const DOCTYPE = /<!DOCTYPE(?:[^["'>]|"[^"]*"|'[^']*')*/iy
const HTML_DOCTYPE = /<!DOCTYPE\s+html\b/iy
const ELEMENT = /<[\p{L}_:][\p{L}\p{N}_:.·-]*/uy
