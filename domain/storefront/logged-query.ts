import { composed } from './text-query/words.ts'

/**
 * A query as searches of it are counted: without what differs between two people who mean the same. `undefined` when it
 * may name a person, abuses one, or is no query at all; nothing of such a text is kept.
 */
export function loggedQuery(q: string): string | undefined {
  const text = composed(q)
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[^\p{L}\p{N}.,+&/'"«»№%*-]+/gu, ' ')
    .trim()
  if (text.length < SHORTEST || text.length > LONGEST || !/\p{L}/u.test(text)) return undefined
  return mayBePersonal(q) || isAbusive(text.normalize('NFKC')) ? undefined : text
}

const SHORTEST = 2
/** What is longer is a letter or a paste, and may say anything about anybody. */
const LONGEST = 64

/**
 * An address, a link, or so many digits that they may be a telephone, a card or a passport. Articles and models have
 * fewer; who looks for a barcode finds it, but need not have it suggested.
 */
const mayBePersonal = (q: string) => {
  const text = q.normalize('NFKC')
  return /@|https?:|www\./i.test(text) || /\p{Nd}(?:[\s().+-]*\p{Nd}){8}/u.test(text)
}

/** How words begin by which nobody should be greeted; `$` ends those that others begin with. */
const ABUSE_STEMS = [
  ...['(за|на|ни|по|до|о|а|от|рас)?ху[йеяюи]', '(за|у|на|вы)?еб[аеиулн]', 'бля$', 'мудак', 'мудил'],
  ...['пид[оа]р', 'шлюх', 'сук[аи]$', 'говн', 'залуп', 'чурк[аи]$', 'хохл[ыау]?$', 'жид$', 'нигер'],
  ...['fuck', 'shit', 'cunt', 'bitch', 'nigg', 'whore'],
]
/** What no decent word has anywhere; «страхуй», «сухую» and «лапидарный» are why the others are looked for at the beginning. */
const ABUSE_ANYWHERE = ['пизд', 'бляд', 'еблан', 'долб[оа]еб']
const ABUSE = new RegExp(
  `(?<!\\p{L})(${ABUSE_STEMS.join('|').replaceAll('$', '(?!\\p{L})')})|${ABUSE_ANYWHERE.join('|')}`,
  'u',
)

/** As letters of the other alphabet look alike, a word is looked at in both. */
const isAbusive = (text: string) => ABUSE.test(text) || ABUSE.test(toCyrillic(text))

const LOOK_ALIKES: Record<string, string> = {
  a: 'а',
  b: 'б',
  c: 'с',
  e: 'е',
  k: 'к',
  m: 'м',
  o: 'о',
  p: 'р',
  x: 'х',
  y: 'у',
  '3': 'з',
  '0': 'о',
}

const toCyrillic = (text: string) =>
  /\p{sc=Cyrillic}/u.test(text)
    ? [...text].map((letter) => LOOK_ALIKES[letter] ?? letter).join('')
    : text
