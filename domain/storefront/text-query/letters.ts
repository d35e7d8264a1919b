/** The same keys under the other layout of the keyboard, QWERTY and ЙЦУКЕН. */
export const onOtherLayout = (text: string) => mapLetters(text, OTHER_LAYOUT)

const LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
const RUSSIAN_KEYS = 'йцукенгшщзхъфывапролджэячсмитьбюё'
/** With Shift, the keys that are no letters are other signs. */
const SHIFTED_KEYS = '{}:"<>~'
const SHIFTED_RUSSIAN = 'хъжэбюё'
const OTHER_LAYOUT = new Map([
  ...[...LATIN_KEYS].flatMap((latin, i): [string, string][] => [
    [latin, RUSSIAN_KEYS[i]!],
    [RUSSIAN_KEYS[i]!, latin],
  ]),
  ...[...SHIFTED_KEYS].map((sign, i): [string, string] => [sign, SHIFTED_RUSSIAN[i]!]),
])

/** Whether it may be a word typed on the other layout, on which some letters are signs. */
export const mayBeOtherLayout = (typed: string): boolean =>
  /^(?=.*[a-z])[a-z[\];',.`{}:"<>~]+$/.test(typed)

/** Letters that look alike in both alphabets: articles are copied with either. */
export function lookingAlike(word: string): string | undefined {
  const letters = word.match(/\p{L}/gu) ?? []
  if (letters.length === 0 || !letters.every((letter) => LOOK_ALIKES.has(letter))) return undefined
  return mapLetters(word, LOOK_ALIKES)
}

const LOOK_ALIKES = new Map(
  [...'авекмнорстух'].flatMap((russian, i) => [
    [russian, 'abekmhopctyx'[i]!],
    ['abekmhopctyx'[i]!, russian],
  ]),
)

const mapLetters = (text: string, letters: ReadonlyMap<string, string>) =>
  [...text].map((letter) => letters.get(letter) ?? letter).join('')
