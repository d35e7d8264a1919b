/**
 * A word in the letters of the other alphabet, in the ways in which it may be meant, the likeliest first: `naushniki` is
 * наушники, макита is `makita`. Nothing for a word of both alphabets or of neither.
 */
export function transliterate(word: string): string[] {
  if (/^[a-z]+$/.test(word)) return spell(word, TO_RUSSIAN, AMBIGUOUS_LATIN)
  if (/^[а-я]+$/.test(word)) return spell(word, TO_LATIN, AMBIGUOUS_RUSSIAN)
  return []
}

type Spelling = readonly (readonly [string, string])[]

/** First by the plain rules, then with one of the other ways before them. */
const spell = (word: string, rules: Spelling, others: readonly Spelling[]): string[] => [
  ...new Set([[], ...others].map((more) => apply(word, [...more, ...rules]))),
]

/** At each place the first rule that fits; rules of more letters stand before those of fewer. */
function apply(word: string, rules: Spelling): string {
  let spelt = ''
  for (let at = 0; at < word.length;) {
    const [from, to] = rules.find(([letters]) => word.startsWith(letters, at)) ?? [
      word[at]!,
      word[at]!,
    ]
    spelt += to
    at += from.length
  }
  return spelt
}

const spelling = (rules: string): Spelling =>
  rules.split(' ').map((rule) => rule.split(':') as [string, string])

const TO_RUSSIAN = spelling(
  'shch:щ sch:щ yaya:яя zh:ж kh:х ts:ц ch:ч sh:ш yu:ю ya:я yo:е ye:е ju:ю ja:я jo:е iy:ий ' +
    'a:а b:б c:ц d:д e:е f:ф g:г h:х i:и j:й k:к l:л m:м n:н o:о p:п q:к r:р s:с t:т u:у v:в w:в x:кс y:ы z:з',
)
const AMBIGUOUS_LATIN = [
  spelling('y:й'),
  spelling('yy:ый iy:ий oi:ой ai:ай ei:ей ui:уй'),
  spelling('c:к ck:к'),
  spelling('e:э'),
  spelling('j:ж'),
]

const TO_LATIN = spelling(
  'кс:x а:a б:b в:v г:g д:d е:e ж:zh з:z и:i й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:h ц:c ч:ch ш:sh ' +
    'щ:sch ъ: ы:y ь: э:e ю:yu я:ya',
)
const AMBIGUOUS_RUSSIAN = [
  spelling('ш:sch'),
  spelling('ф:ph'),
  spelling('к:c'),
  spelling('в:w'),
  spelling('ай:i ей:a эй:a и:y'),
  spelling('дж:j ж:j ц:ts'),
  spelling('у:oo и:ee'),
]
