import { checksum } from '../checksum.ts'
import { unitsOf, type Synonyms } from './synonyms.ts'
import { tellingWords } from './words.ts'

/** What the words of a query mean by these synonyms, in short: while it is the same, they are asked for in the same way. */
export const meaningOf = (q: string, synonyms: Synonyms): string =>
  checksum(JSON.stringify(unitsOf(tellingWords(q), synonyms)))
