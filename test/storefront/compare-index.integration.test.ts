import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareIndex } from '../../activities/storefront/compare-index.ts'
import { fillShop } from '../support/catalogue.ts'
import { createShop } from '../support/marketplace.ts'
import { searchByHand } from './search-by-hand.ts'

const search = await searchByHand()
const { database, elasticsearch, index, run } = search
const owner = database.owner.db
afterAll(() => search.close())

beforeAll(async () => {
  await fillShop(owner, await createShop(owner), 1_002)
  await search.project()
})

/** Differences of an index from PostgreSQL, in the order of ids. */
async function compare(indexName: string, { comparesContent = true } = {}) {
  const compared = { ...{ indexName, comparesContent, refusers: [indexName] }, patienceMs: 0 }
  const comparison = await run(() =>
    compareIndex(search.deps, compared, () => Promise.resolve(false)),
  )
  const drifted = comparison.drifted
    .map(({ id, kind }) => [Number(id), kind] as const)
    .sort(([a], [b]) => a - b)
  return { ...comparison, drifted }
}

let copies = 0
/** An index like the one that is searched, of the same versions, with what `change` makes of the documents. */
async function copy(change: (documents: Map<number, object>) => void = () => {}): Promise<string> {
  const indexName = `${index.alias}-copy-${copies++}`
  const { settings, mappings } = index
  await elasticsearch.indices.create({ index: indexName, settings, mappings })
  await elasticsearch.indices.refresh({ index: index.alias })
  const { hits } = await elasticsearch.search<object>({
    ...{ index: index.alias, size: 10_000, version: true },
  })
  const versions = new Map(hits.hits.map(({ _id, _version }) => [Number(_id), _version]))
  const documents = new Map(hits.hits.map(({ _id, _source }) => [Number(_id), _source!]))
  change(documents)
  const operations = [...documents].flatMap(([id, document]) => [
    { index: { _id: String(id), version: versions.get(id) ?? 1, version_type: 'external' } },
    document,
  ])
  if (operations.length > 0) {
    const { errors } = await elasticsearch.bulk({ index: indexName, operations })
    expect(errors).toBe(false)
  }
  return indexName
}

const listIds = async () => {
  const { rows } = await sql<{ id: string }>`select id from shop_product order by id`.execute(owner)
  return rows.map(({ id }) => Number(id))
}
async function keep(condition: ReturnType<typeof sql<boolean>>): Promise<number[]> {
  await sql`
    with placed as (select id, row_number() over (order by id) as place from shop_product)
    delete from shop_product
    where id in (select id from placed where not (${condition}))`.execute(owner)
  await search.project()
  return listIds()
}

describe('the comparison of an index', () => {
  // Pages are of 500, buckets of 100 ids; each case leaves less than the one before.
  it.each([
    ['a row more than two pages', 1_001, sql<boolean>`place > 1`],
    ['two pages', 1_000, sql<boolean>`place <= 1000`],
    ['a page', 500, sql<boolean>`place <= 500`],
    ['a row less than a page', 499, sql<boolean>`place <= 499`],
    ['ids with gaps, and buckets without any', 32, sql<boolean>`place % 200 <= 10`],
    ['one row', 1, sql<boolean>`place = 1`],
  ])('finds what is wrong in %s, and nothing else', async (_, left, condition) => {
    const ids = await keep(condition)
    expect(ids).toHaveLength(left)
    expect(await compare(await copy())).toMatchObject({
      ...{ documents: left, drifted: [], differingBuckets: 0, parked: 0, unsettled: 0 },
    })

    const [first, last] = [ids[0]!, ids.at(-1)!]
    const planted = await copy((documents) => {
      documents.set(last, { ...documents.get(last), contentHash: 1 })
      documents.set(first - 1, { name: 'Лишний' })
      documents.set(last + 1_000, { name: 'Лишний' })
    })
    expect(await compare(planted)).toMatchObject({
      documents: left,
      drifted: [
        [first - 1, 'extra'],
        [last, 'different'],
        [last + 1_000, 'extra'],
      ],
    })
    const empty = await compare(await copy((documents) => documents.clear()))
    expect(empty.drifted).toEqual(ids.map((id) => [id, 'missing']))
  })

  it('compares versions alone with an index of another schema', async () => {
    const [id] = (await listIds()) as [number]
    const otherContent = await copy((documents) => {
      documents.set(id, { ...documents.get(id), contentHash: 1 })
    })
    expect((await compare(otherContent)).drifted).toEqual([[id, 'different']])
    expect((await compare(otherContent, { comparesContent: false })).drifted).toEqual([])
    await elasticsearch.update({ index: otherContent, id: String(id), doc: { popularity: 1 } })
    expect((await compare(otherContent, { comparesContent: false })).drifted).toEqual([
      [id, 'different'],
    ])
  })

  it('finds too much whatever is there while nothing is published', async () => {
    const [id] = (await listIds()) as [number]
    const whole = await copy()
    expect(await keep(sql<boolean>`false`)).toEqual([])
    expect(await compare(whole)).toMatchObject({ documents: 0, drifted: [[id, 'extra']] })
    expect(await compare(await copy())).toMatchObject({ documents: 0, buckets: 0, drifted: [] })
  })
})
