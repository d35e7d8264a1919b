/** A piece of a text, and whether it is what was typed. The pieces together are the text. */
export type HighlightedPart = { text: string; matched: boolean }

/** The beginnings of words that were typed, in any letter case and with е for ё. Plain text: nothing in it is markup. */
export function highlight(text: string, typed: string): HighlightedPart[] {
  const beginnings = wordsOf(plain(typed)).sort((a, b) => b.length - a.length)
  const parts: HighlightedPart[] = []
  const push = (text: string, matched: boolean) => {
    const last = parts.at(-1)
    if (text === '') return
    if (last?.matched === matched) last.text += text
    else parts.push({ text, matched })
  }
  let at = 0
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const begun = beginnings.find((beginning) => plain(word).startsWith(beginning))?.length ?? 0
    push(text.slice(at, index), false)
    push(word.slice(0, begun), true)
    push(word.slice(begun), false)
    at = index + word.length
  }
  push(text.slice(at), false)
  return parts
}

/** As the index cuts them: letters and digits are words of their own. */
const WORD = /\p{L}+|\p{N}+/gu

const wordsOf = (text: string) => text.match(WORD) ?? []

/** As long as the text itself, so that places in one are places in the other. */
function plain(text: string): string {
  const lower = text.toLowerCase()
  return (lower.length === text.length ? lower : letterByLetter(text)).replaceAll('ё', 'е')
}

const letterByLetter = (text: string) =>
  [...text]
    .map((letter) =>
      letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter,
    )
    .join('')
