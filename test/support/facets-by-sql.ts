import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from '../../db/database.ts'
import { attributePair } from '../../domain/storefront/document.ts'
import { PRICE_BOUNDS } from '../../domain/storefront/facet-request.ts'
import type { SearchAnswer } from '../../domain/storefront/search-answer.ts'
import type { SearchQuestion } from '../../domain/storefront/search-query.ts'

/** The published goods as facets count them, straight from the tables of the catalogue. Made once, as the owner. */
export async function flattenGoods(owner: Kysely<Database>): Promise<void> {
  await sql`
    create unlogged table flat_good as
    select sp.id, sp.seller_id, sp.price_minor, p.name, p.brand, c.path,
      array(
        select distinct a->>'name' || chr(31) || (a->>'value') || coalesce(' ' || (a->>'unit'), '')
        from jsonb_array_elements(p.attributes) a
      ) as attributes,
      array(
        select distinct wc.city_id from stock st join warehouse_city wc using (warehouse_id)
        where st.shop_product_id = sp.id and st.units > 0
      ) as cities
    from shop_product sp join shop s on s.id = sp.shop_id
    join product p on p.id = sp.product_id join category c on c.id = p.category_id
    where sp.active and s.state = 'active'`.execute(owner)
  await sql`analyze flat_good`.execute(owner)
}

/**
 * Where total and facets of an answer differ from what PostgreSQL counts: nowhere, when all is well. Words of the question
 * must be what names begin with.
 */
export async function differencesFromSql(
  owner: Kysely<Database>,
  question: SearchQuestion,
  { total, facets }: Pick<SearchAnswer, 'total' | 'facets'>,
): Promise<string[]> {
  const conditions = conditionsOf(question)
  const under = (except?: string) =>
    sql.join(
      [sql`true`, ...conditions.filter(([name]) => name !== except).map(([, test]) => test)],
      sql` and `,
    )
  const counts = async (
    value: RawBuilder<unknown>,
    where: RawBuilder<unknown>,
    from: RawBuilder<unknown> = sql``,
  ): Promise<Map<string, number>> => {
    const { rows } = await sql<{ value: string; count: string }>`
      select ${value}::text as value, count(*) from flat_good ${from}
      where ${value} is not null and ${where} group by 1`.execute(owner)
    return new Map(rows.map((row) => [row.value, Number(row.count)]))
  }
  const pairs = sql`cross join unnest(attributes) pair`
  const count = async (where: RawBuilder<unknown>) =>
    (await counts(sql`'all'`, where)).get('all') ?? 0

  const found: string[] = []
  const expect = (what: string, actual: unknown, expected: unknown) => {
    if (actual !== expected) found.push(`${what}: ${String(actual)} for ${String(expected)}`)
  }
  /** What is listed is right, and nothing that has more goods is missing. Tells whether anything is. */
  const expectValues = (what: string, listed: Listed[], counted: Map<string, number>): boolean => {
    for (const { value, count } of listed)
      expect(`${what} ${value}`, count, counted.get(value) ?? 0)
    const isFull = listed.length >= Math.min(counted.size, MOST_LISTED[what]!)
    expect(`as many of ${what} as are listed`, isFull, true)
    const shown = listed.filter(({ selected, count }) => !selected && count > 0)
    const least = Math.min(...shown.map(({ count }) => count))
    const names = new Set(listed.map(({ value }) => value))
    const missing = [...counted].filter(([value]) => !names.has(value))
    for (const [value, n] of missing)
      if (n > least || shown.length === 0) found.push(`${what} ${value}: missing, ${n} for it`)
    return missing.length > 0
  }

  expect('total', total, await count(under()))
  const ofBrand = expectValues('brand', facets.brand, await counts(sql`brand`, under('brand')))
  expect('more brands', facets.more.brand, ofBrand)
  const ofCategory = expectValues(
    'category',
    facets.category,
    await counts(sql`place`, under('category'), sql`cross join unnest(path) place`),
  )
  expect('more categories', facets.more.category, ofCategory)
  const ofAttributes = [
    expectValues(
      'attribute',
      facets.attributes.filter(({ name }) => !question.attributes.has(name)).map(asPair),
      await counts(
        sql`pair`,
        sql`${under()} and ${sql.join([sql`true`, ...[...question.attributes.keys()].map((name) => sql`not ${ofName(name)}`)], sql` and `)}`,
        pairs,
      ),
    ),
  ]
  for (const name of question.attributes.keys())
    ofAttributes.push(
      expectValues(
        'attribute',
        facets.attributes.filter((value) => value.name === name).map(asPair),
        await counts(sql`pair`, sql`${under(name)} and ${ofName(name)}`, pairs),
      ),
    )
  expect('more attributes', facets.more.attributes, ofAttributes.includes(true))
  expect(
    'in stock',
    facets.inStock[0]?.count,
    await count(sql`${under('in stock')} and ${inStock(question)}`),
  )
  if (question.city !== undefined)
    expect(
      'deliverable',
      facets.deliverable[0]?.count,
      await count(sql`${under('deliverable')} and ${deliverable(question.city)}`),
    )

  // Attributes in which something is chosen take places of the others' list, though they have lists of their own.
  const chosenNames = [...question.attributes.keys()].map((name) => attributePair(name, ''))
  const listedTogether = [...(await counts(sql`pair`, under(), pairs)).keys()]
  const taken = listedTogether.filter((pair) => chosenNames.some((name) => pair.startsWith(name)))
  const others = facets.attributes.filter(({ name }) => !question.attributes.has(name))
  const most = Math.min(MOST_PAIRS, listedTogether.length)
  expect('as many attributes as are listed', others.length >= most - taken.length, true)

  const buckets = await counts(
    sql`width_bucket(price_minor, ${[...PRICE_BOUNDS]}::bigint[])`,
    under('price'),
  )
  for (const { from, count } of facets.price.histogram) {
    const bucket = String(from === null ? 0 : PRICE_BOUNDS.indexOf(from) + 1)
    expect(`price from ${from}`, count, buckets.get(bucket) ?? 0)
    buckets.delete(bucket)
  }
  expect('prices outside the histogram', buckets.size, 0)
  const { rows } = await sql<{ min: string | null; max: string | null }>`
    select min(price_minor), max(price_minor) from flat_good where ${under('price')}`.execute(owner)
  expect('least price', facets.price.min, asNumber(rows[0]?.min))
  expect('greatest price', facets.price.max, asNumber(rows[0]?.max))
  return found
}

/** So many values of a facet are listed before any is left out; of all attributes in which nothing is chosen, so many pairs. */
const MOST_LISTED: Record<string, number> = { brand: 50, category: 1_000, attribute: 50 }
const MOST_PAIRS = 300

type Listed = { value: string; count: number; selected: boolean }

const asPair = ({ name, value, ...rest }: Listed & { name: string }) => ({
  ...rest,
  value: attributePair(name, value),
})
const asNumber = (text: string | null | undefined) => (text == null ? null : Number(text))
const ofName = (name: string) => sql`starts_with(pair, ${attributePair(name, '')})`

const inStock = ({ city }: SearchQuestion) =>
  city === undefined ? sql`cardinality(cities) > 0` : sql`${city} = any (cities)`

const deliverable = (city: string) => sql`(
  exists (select from warehouse_city wc where wc.seller_id = flat_good.seller_id and wc.city_id = ${city})
  or exists (select from delivery_city dc where dc.seller_id = flat_good.seller_id and dc.city_id = ${city}))`

function conditionsOf(question: SearchQuestion): [string, RawBuilder<unknown>][] {
  const { q, brands, category, priceFrom, priceTo, attributes, city } = question
  const conditions: [string, RawBuilder<unknown>][] = []
  if (q) conditions.push(['words', sql`name like ${q} || ' %'`])
  if (brands.length > 0) conditions.push(['brand', sql`brand = any (${[...brands]}::text[])`])
  if (category) conditions.push(['category', sql`${category}::bigint = any (path)`])
  if (priceFrom !== undefined) conditions.push(['price', sql`price_minor >= ${priceFrom}`])
  if (priceTo !== undefined) conditions.push(['price', sql`price_minor <= ${priceTo}`])
  if (question.inStock) conditions.push(['in stock', inStock(question)])
  if (question.deliverable) conditions.push(['deliverable', deliverable(city!)])
  for (const [name, values] of attributes)
    conditions.push([
      name,
      sql`attributes && ${values.map((value) => attributePair(name, value))}::text[]`,
    ])
  return conditions
}
