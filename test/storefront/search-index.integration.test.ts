import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { bulkWrite, ensureIndex } from '../../clients/elasticsearch.ts'
import { shopProductsIndex, type SearchIndex } from '../../domain/storefront/search-index.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'

const server = await freshElasticsearch()
const { client } = server
afterAll(() => server.close())

let index: SearchIndex
let made = 0
beforeEach(async () => {
  index = { ...shopProductsIndex, alias: `${server.prefix}goods-${made++}` }
  await ensureIndex(client, index)
})

describe('the index', () => {
  it('is made once, behind its alias', async () => {
    await ensureIndex(client, index)
    expect(await client.indices.getAlias({ name: index.alias })).toEqual({
      [`${index.alias}-v1`]: { aliases: { [index.alias]: {} } },
    })
  })

  it('may be made by two at the same time', async () => {
    const another = { ...index, alias: `${index.alias}-another` }
    await Promise.all([1, 2, 3].map(() => ensureIndex(client, another)))
    expect(await client.indices.existsAlias({ name: another.alias })).toBe(true)
  })

  it('is left alone when the alias leads to a newer one', async () => {
    await ensureIndex(client, { ...index, version: 2 })
    expect(await client.indices.exists({ index: `${index.alias}-v2` })).toBe(false)
  })

  it('reads Russian: ё is е, forms of a word are one', async () => {
    const tokens = async (analyzer: string, text: string) =>
      (await client.indices.analyze({ index: index.alias, analyzer, text })).tokens?.map(
        ({ token }) => token,
      )
    expect(await tokens('russian_text', 'Беспроводные наушники для Ёлки')).toEqual(
      await tokens('russian_text', 'беспроводных НАУШНИКОВ елка'),
    )
    expect(await tokens('exact_text', 'Ёлки для наушников')).toEqual(['елки', 'для', 'наушников'])
  })

  it('takes no field that it does not know', async () => {
    const { failed } = await bulkWrite(client, index.alias, [
      { id: '1', version: 1, document: { colour: 'red' } },
    ])
    expect(failed).toMatchObject([{ id: '1', status: 400, retryable: false }])
    expect(failed[0]?.reason).toMatch(/strict_dynamic_mapping/)
  })
})

describe('a bulk write', () => {
  const write = (version: number, name: string | null) =>
    bulkWrite(client, index.alias, [
      { id: '7', version, document: name === null ? null : { id: '7', name } },
    ])
  const nameNow = async () => {
    const found = await client.get<{ name: string }>(
      { index: index.alias, id: '7' },
      { ignore: [404] },
    )
    return found._source?.name
  }

  it('writes, and leaves what is newer alone', async () => {
    expect(await write(2, 'second')).toEqual({ written: 1, stale: 0, failed: [] })
    expect(await write(1, 'first')).toEqual({ written: 0, stale: 1, failed: [] })
    expect(await write(2, 'second again')).toEqual({ written: 0, stale: 1, failed: [] })
    expect(await nameNow()).toBe('second')
  })

  it('deletes for good: an older write does not bring it back', async () => {
    await write(1, 'alive')
    expect(await write(3, null)).toEqual({ written: 1, stale: 0, failed: [] })
    expect(await write(2, 'risen')).toEqual({ written: 0, stale: 1, failed: [] })
    expect(await nameNow()).toBeUndefined()
  })

  it('deletes what was never there, and remembers that', async () => {
    expect(await write(5, null)).toEqual({ written: 1, stale: 0, failed: [] })
    expect(await write(4, 'late')).toEqual({ written: 0, stale: 1, failed: [] })
  })

  it('does the rest when one document fails', async () => {
    const { written, failed } = await bulkWrite(client, index.alias, [
      { id: '1', version: 1, document: { id: '1', priceMinor: 'a lot' } },
      { id: '2', version: 1, document: { id: '2', priceMinor: 100 } },
    ])
    expect({ written, failed: failed.map(({ id }) => id) }).toEqual({ written: 1, failed: ['1'] })
  })

  it('of nothing asks nothing', async () => {
    expect(await bulkWrite(client, 'nowhere', [])).toEqual({ written: 0, stale: 0, failed: [] })
  })

  it('makes no index by accident when the alias is missing', async () => {
    const alias = `${server.prefix}missing`
    const { written, failed } = await bulkWrite(client, alias, [
      { id: '1', version: 1, document: { id: '1' } },
    ])
    expect(written).toBe(0)
    expect(failed).toMatchObject([{ id: '1', status: 404, retryable: true }])
    expect(await client.indices.exists({ index: alias })).toBe(false)
  })
})
