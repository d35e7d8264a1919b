import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/database.ts'
import type { SuggestQuestion } from '../domain/storefront/suggested-goods.ts'
import { seeded, zipf } from './generate/random.ts'

/** Queries that buyers have in mind, and how they are spread: few are typed by many, most by hardly anybody. */
export const TYPED_QUERIES = 5_000
const EXPONENT = 1
/** So many type at the same time, each a letter in turn. */
const AT_ONCE = 5
const WITHOUT_CITY = 0.2

/** Gives what is typed next, a letter of somebody's query at a time. */
export type Typing = (letters: number) => SuggestQuestion[]

/**
 * Buyers who type queries of this catalogue to their end, letter by letter: a kind of good, alone, with its first trait,
 * its brand, or both, or a brand. Which query, and from which city, follows Zipf's law; nobody comes from a list of what
 * is suggested.
 */
export async function openTyping(
  owner: Kysely<Database>,
  cities: readonly string[],
): Promise<Typing> {
  const random = seeded(3)
  const queries = await listQueries(owner)
  const [drawQuery, drawCity] = [
    zipf(queries.length, EXPONENT, random),
    zipf(cities.length, EXPONENT, random),
  ]
  const begin = () => ({
    text: queries[drawQuery()]!,
    city: random() < WITHOUT_CITY ? undefined : cities[drawCity()]!,
    length: 0,
  })
  const typists = Array.from({ length: AT_ONCE }, begin)
  let turn = 0
  const next = (): SuggestQuestion => {
    const place = turn++ % AT_ONCE
    const typist = typists[place]!
    const { text, city } = typist
    const q = text.slice(0, ++typist.length)
    if (typist.length === text.length) typists[place] = begin()
    return { q, city }
  }
  return (letters) => Array.from({ length: letters }, next)
}

/** In an order that has nothing to do with what they say. */
async function listQueries(owner: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ text: string }>`
    select text from (
      select distinct lower(text) as text from (
        select split_part(name, ' М-', 1) as name, split_part(name, ' ', 1) as kind, brand
        from product where id % 7 = 0
      ) p
      cross join lateral (values (kind), (name), (brand), (kind || ' ' || brand), (name || ' ' || brand)) q (text)
      where text is not null
    ) queries order by md5(text) limit ${TYPED_QUERIES}`.execute(owner)
  return rows.map(({ text }) => text)
}
