/** Grammatical gender of a noun, or its plural: what adjectives agree with. */
export type Gender = 'm' | 'f' | 'n' | 'p'

/** What a group of goods is made of: the generator combines it into names as sellers write them. */
export type Family = {
  id: string
  /** From the root of the category tree, `A / B / C`. */
  path: string
  /** How sellers call such a good, `noun:gender`; an adjective may be a part of the noun. */
  nouns: readonly string[]
  /**
   * Models by brand, `model` or `model|code`; in them `#` stands for any digit. An empty brand is no brand, an empty
   * model is no model.
   */
  makers: Readonly<Record<string, readonly string[]>>
  /** Adjectives in the masculine form, put into the name in agreement with the noun, by attribute. */
  adjectives?: Readonly<Record<string, readonly string[]>>
  /** Said in the name as they are, by attribute. */
  details?: Readonly<Record<string, readonly string[]>>
  /** An accessory: what it is made for, each `brand|model`. */
  fits?: readonly string[]
  /** What descriptions say of it. */
  about?: string
  /** How many of them there are, relative to the others. */
  share: number
}

export const COLOURS = [
  ...['чёрный', 'белый', 'серый', 'синий', 'красный', 'зелёный', 'жёлтый', 'розовый'],
  ...['бежевый', 'коричневый', 'голубой'],
]

/** The adjective in agreement: чёрный → чёрная, чёрное, чёрные. */
export function agree(adjective: string, gender: Gender): string {
  const stem = adjective.slice(0, -2)
  const hard = !adjective.endsWith('ий') || /[гкх]$/.test(stem)
  const sibilant = /[жшщч]$/.test(stem)
  switch (gender) {
    case 'm':
      return adjective
    case 'f':
      return stem + (hard || sibilant ? 'ая' : 'яя')
    case 'n':
      return stem + (hard ? 'ое' : 'ее')
    case 'p':
      return stem + (hard && !/[гкхжш]$/.test(stem) ? 'ые' : 'ие')
  }
}
