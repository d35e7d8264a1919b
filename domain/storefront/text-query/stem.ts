/**
 * The stem of a Russian word in small letters, with е for ё, as the index has it: Snowball's Russian algorithm
 * (snowballstem.org/algorithms/russian/stemmer.html) and then {@link FLEETING}. Other words are their own stems.
 */
export function stem(word: string): string {
  const start = word.search(VOWEL) + 1
  if (start === 0 || !/^[а-я]+$/.test(word)) return word
  const fixed = word.slice(0, start)
  let rest = withoutEnding(word.slice(start))
  if (rest.endsWith('и')) rest = rest.slice(0, -1)
  rest = withoutDerivation(fixed, rest)
  rest = rest.replace(/ейше?$/, '')
  rest = rest.endsWith('нн') ? rest.slice(0, -1) : rest.replace(/ь$/, '')
  return (fixed + rest).replace(FLEETING, '')
}

/**
 * The vowel that comes and goes before the last consonant: кроссовок and кроссовк(и) are one, so are кукол and кукл(а).
 * Begun with the vowel, for an index tries it on every word: few have one there, and no other costs more than a glance.
 */
export const FLEETING = /[ео](?=[кцнл]$)(?<=.[бвгджзйклмнпрстфхцчшщ].)/

const VOWEL = /[аеиоуыэюя]/

/** Endings of the second list stand by themselves; those of the first only after а or я, which stays. */
type Endings = { afterA: readonly string[]; alone: readonly string[] }
const endings = (afterA: string, alone: string): Endings => ({
  afterA: afterA.split(' ').filter(Boolean),
  alone: alone.split(' '),
})

const GERUND = endings('в вши вшись', 'ив ивши ившись ыв ывши ывшись')
const REFLEXIVE = endings('', 'ся сь')
const ADJECTIVE = endings(
  '',
  'ее ие ые ое ими ыми ей ий ый ой ем им ым ом его ого ему ому их ых ую юю ая яя ою ею',
)
const PARTICIPLE = endings('ем нн вш ющ щ', 'ивш ывш ующ')
const VERB = endings(
  'ла на ете йте ли й л ем н ло но ет ют ны ть ешь нно',
  'ила ыла ена ейте уйте ите или ыли ей уй ил ыл им ым ен ило ыло ено ят ует уют ит ыт ены ить ыть ишь ую ю',
)
const NOUN = endings(
  '',
  'а ев ов ие ье е иями ями ами еи ии и ией ей ой ий й иям ям ием ем ам ом о у ах иях ях ы ь ию ью ю ия ья я',
)

function withoutEnding(rest: string): string {
  const gerund = cut(rest, GERUND)
  if (gerund !== undefined) return gerund
  const plain = cut(rest, REFLEXIVE) ?? rest
  const adjective = cut(plain, ADJECTIVE)
  if (adjective !== undefined) return cut(adjective, PARTICIPLE) ?? adjective
  return cut(plain, VERB) ?? cut(plain, NOUN) ?? plain
}

/** The longest ending decides; when it may not be cut, no shorter one is. */
function cut(rest: string, { afterA, alone }: Endings): string | undefined {
  const longest = [...afterA, ...alone]
    .filter((ending) => rest.endsWith(ending))
    .reduce((best, ending) => (ending.length > best.length ? ending : best), '')
  if (!longest) return undefined
  const before = rest.slice(0, -longest.length)
  return alone.includes(longest) || /[ая]$/.test(before) ? before : undefined
}

/** Cuts -ост(ь) where it lies behind the second syllable. */
function withoutDerivation(fixed: string, rest: string): string {
  const ending = /ость?$/.exec(rest)
  if (!ending) return rest
  const syllables = /^.*?[аеиоуыэюя][^аеиоуыэюя].*?[аеиоуыэюя][^аеиоуыэюя]/.exec(fixed + rest)
  const from = fixed.length + ending.index
  return syllables && from >= syllables[0].length ? rest.slice(0, ending.index) : rest
}
