import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import {
  bulkWrite,
  toBulkLines,
  type BulkOperation,
} from '../../clients/elasticsearch/bulk-write.ts'
import {
  createIndex,
  tolerateUnknownFields,
  writeAlias,
} from '../../clients/elasticsearch/indices.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'

const server = await freshElasticsearch()
const { client } = server
afterAll(() => server.close())

let index: string
let made = 0
beforeEach(async () => {
  index = `${server.prefix}goods-${made++}`
  await createIndex(client, shopProductsIndex, { name: index })
})

const bulk = (name: string, operations: BulkOperation[]) =>
  bulkWrite(client, name, operations.map(toBulkLines))

describe('the index', () => {
  it('is made once, with its write alias', async () => {
    await createIndex(client, shopProductsIndex, { name: index, readAs: `${index}-reading` })
    expect(await client.indices.getAlias({ index })).toEqual({
      [index]: { aliases: { [writeAlias(index)]: {} } },
    })
  })

  it('may be made by two at the same time, and read from the first moment', async () => {
    const another = { name: `${index}-another`, readAs: `${index}-reading` }
    await Promise.all([1, 2, 3].map(() => createIndex(client, shopProductsIndex, another)))
    expect(Object.keys(await client.indices.getAlias({ name: another.readAs }))).toEqual([
      another.name,
    ])
  })

  it('takes settings of the moment in place of its own', async () => {
    const name = `${index}-quiet`
    await createIndex(client, shopProductsIndex, { name, settings: { refresh_interval: '-1' } })
    const settings = await client.indices.getSettings({ index: name })
    expect(settings[name]?.settings?.index?.refresh_interval).toBe('-1')
  })

  it('reads Russian: ё is е, forms of a word are one', async () => {
    const tokens = async (analyzer: string, text: string) =>
      (await client.indices.analyze({ index, analyzer, text })).tokens?.map(({ token }) => token)
    expect(await tokens('russian_text', 'Беспроводные наушники для Ёлки')).toEqual(
      await tokens('russian_text', 'беспроводных НАУШНИКОВ елка'),
    )
    expect(await tokens('exact_text', 'Ёлки для наушников')).toEqual(['елки', 'для', 'наушников'])
  })

  it('takes no field that it does not know', async () => {
    const { failed } = await bulk(index, [{ id: '1', version: 1, document: { colour: 'red' } }])
    expect(failed).toMatchObject([{ id: '1', status: 400, retryable: false }])
    expect(failed[0]?.reason).toMatch(/strict_dynamic_mapping/)
  })

  it('of an older schema may be told to take them', async () => {
    await tolerateUnknownFields(client, index)
    const document = { id: '1', colour: 'red' }
    expect(await bulk(index, [{ id: '1', version: 1, document }])).toMatchObject({
      written: ['1'],
    })
    const found = await client.search({ index, query: { match: { colour: 'red' } } })
    expect(found.hits.hits).toEqual([])
  })
})

describe('a bulk write', () => {
  const write = (version: number, name: string | null) =>
    bulk(index, [{ id: '7', version, document: name === null ? null : { id: '7', name } }])
  const nameNow = async () => {
    const found = await client.get<{ name: string }>({ index, id: '7' }, { ignore: [404] })
    return found._source?.name
  }

  it('writes, and leaves what is newer alone', async () => {
    expect(await write(2, 'second')).toEqual({ written: ['7'], stale: [], failed: [] })
    expect(await write(1, 'first')).toEqual({ written: [], stale: ['7'], failed: [] })
    expect(await write(2, 'second again')).toEqual({ written: [], stale: ['7'], failed: [] })
    expect(await nameNow()).toBe('second')
  })

  it('deletes for good: an older write does not bring it back', async () => {
    await write(1, 'alive')
    expect(await write(3, null)).toEqual({ written: ['7'], stale: [], failed: [] })
    expect(await write(2, 'risen')).toEqual({ written: [], stale: ['7'], failed: [] })
    expect(await nameNow()).toBeUndefined()
  })

  it('deletes what was never there, and remembers that', async () => {
    expect(await write(5, null)).toEqual({ written: ['7'], stale: [], failed: [] })
    expect(await write(4, 'late')).toEqual({ written: [], stale: ['7'], failed: [] })
  })

  it('does the rest when one document fails', async () => {
    const { written, failed } = await bulk(index, [
      { id: '1', version: 1, document: { id: '1', priceMinor: 'a lot' } },
      { id: '2', version: 1, document: { id: '2', priceMinor: 100 } },
    ])
    expect({ written, failed: failed.map(({ id }) => id) }).toEqual({
      written: ['2'],
      failed: ['1'],
    })
  })

  it('of nothing asks nothing', async () => {
    expect(await bulk('nowhere', [])).toEqual({ written: [], stale: [], failed: [] })
  })

  it('makes no index by accident when there is none', async () => {
    const missing = `${server.prefix}missing`
    const { written, failed } = await bulk(missing, [
      { id: '1', version: 1, document: { id: '1' } },
    ])
    expect(written).toEqual([])
    expect(failed).toMatchObject([{ id: '1', status: 404, retryable: true }])
    expect(await client.indices.exists({ index: `${missing}*`, allow_no_indices: false })).toBe(
      false,
    )
  })
})
