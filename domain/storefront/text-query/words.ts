/** More than that nobody means; the rest of a query is not looked at. */
export const MOST_WORDS = 10
const LONGEST_WORD = 60

/**
 * The words of a query as the index knows them: small letters, е for ё, without apostrophes (`De'Longhi` is `delonghi`).
 * What is glued by a hyphen, a slash or a point stays one word: `sm-g991b`, `205/55`, `22.110`. `½`, `²`, `℃` and `™` are no
 * letters nor digits to the index, and `Ⅱ` is one.
 */
export const readWords = (q: string): string[] =>
  (composed(q).toLowerCase().replaceAll('ё', 'е').replace(/['’`]/g, '').match(WORDS) ?? [])
    .slice(0, MOST_WORDS)
    .map((word) => word.slice(0, LONGEST_WORD))

const WORDS = /[\p{L}\p{Nd}\p{Nl}](?:[-/.]?[\p{L}\p{Nd}\p{Nl}]|\p{M})*/gu

/** Composed as imports compose it, and what an East Asian keyboard types in full width as ordinary letters, digits and signs. */
export const composed = (q: string): string =>
  q.normalize('NFC').replace(/[！-～]/g, (sign) => sign.normalize('NFKC'))

/** Words that say nothing of a good. */
export const isStopWord = (word: string) => STOP_WORDS.has(word) || BUYING_WORDS.has(word)

/** {@link readWords} without what whoever buys says anyway, unless nothing else is said. */
export function wordsOfGoods(q: string): string[] {
  const words = readWords(q)
  return words.every(isStopWord) ? words : words.filter((word) => !BUYING_WORDS.has(word))
}

/** The words that are asked for: {@link wordsOfGoods} without those that say nothing. */
export const tellingWords = (q: string): string[] =>
  wordsOfGoods(q).filter((word) => !STOP_WORDS.has(word))

const STOP_WORDS = new Set(
  (
    'и а но или не в во на с со к ко у о об от до из за под над при по без для ' +
    'and or of for with the a an'
  ).split(' '),
)

/** What whoever searches here wants anyway. */
const BUYING_WORDS = new Set('купить заказать недорого дешево цена цены'.split(' '))

/** Without what people put between the parts of an article: `sm-g991b` is `smg991b`. */
export const joined = (word: string) => word.replace(/[^\p{L}\p{N}]/gu, '')

export const hasDigit = (word: string) => /\d/.test(word)
