import type { Client } from '@elastic/elasticsearch'
import { findGoods } from '../../api/storefront/find-goods.ts'
import { indexViews } from '../../api/storefront/index-view.ts'
import { createBulkWriter } from '../../clients/elasticsearch/bulk-writer.ts'
import { createIndex } from '../../clients/elasticsearch/indices.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import type { SearchQuestion } from '../../domain/storefront/search-query.ts'
import type { Synonyms } from '../../domain/storefront/text-query/synonyms.ts'
import type { Good } from './catalogue/generate.ts'

const TEN = 10

/** The ids of the first ten that a query finds, best first. */
export type Finder = (q: string) => Promise<string[]>

/** The product: its documents, its index, its way to ask, with the synonyms that one gives it. */
export async function openProduct(
  client: Client,
  prefix: string,
  goods: readonly Good[],
): Promise<(synonyms: Synonyms) => Finder> {
  const [name, alias] = [`${prefix}ours-1`, `${prefix}ours`]
  await createIndex(client, shopProductsIndex, { name, readAs: alias })
  const operations = goods.map(({ document }) => ({ id: document.id, version: 1, document }))
  const { failed } = await createBulkWriter(client).write(name, operations)
  if (failed.length > 0) throw new Error(`${failed.length} not indexed: ${failed[0]?.reason}`)
  await client.indices.refresh({ index: name })

  const views = indexViews(client, alias)
  return (synonyms) => async (q) => {
    const readSynonyms = () => Promise.resolve(synonyms)
    const { items } = await findGoods({ search: client, views, readSynonyms }, { ...question, q })
    return items.map(({ id }) => id)
  }
}

const question: SearchQuestion = {
  inStock: false,
  deliverable: false,
  brands: [],
  attributes: new Map(),
  sort: 'relevance',
  limit: TEN,
}

/**
 * The peer: the same texts under Elasticsearch's own `russian` analyzer, asked by one `multi_match` over all fields with
 * the name first. Of its types and operators the one that does best on the tuning half.
 */
export async function openPeer(
  client: Client,
  prefix: string,
  goods: readonly Good[],
): Promise<Finder> {
  const index = `${prefix}peer`
  const text = { type: 'text' as const, analyzer: 'russian' }
  const fields = ['name', 'brand', 'model', 'vendorCode', 'category', 'attributes', 'description']
  await client.indices.create({
    index,
    settings: { number_of_shards: 1, number_of_replicas: 0 },
    mappings: {
      properties: {
        ...Object.fromEntries(fields.map((field) => [field, text])),
        barcodes: { type: 'keyword' },
        popularity: { type: 'long' },
      },
    },
  })
  const { errors } = await client.bulk({
    index,
    refresh: true,
    operations: goods.flatMap(({ document }) => [
      { index: { _id: document.id } },
      {
        ...Object.fromEntries(fields.map((field) => [field, document[field as 'name']])),
        category: document.category.names,
        barcodes: document.barcodes,
        popularity: document.popularity,
      },
    ]),
  })
  if (errors) throw new Error('The peer did not take all documents')

  return async (q) => {
    const { hits } = await client.search({
      index,
      size: TEN,
      _source: false,
      query: { multi_match: { query: q, ...peerQuery } },
      sort: [{ _score: { order: 'desc' } }, { popularity: { order: 'desc' } }],
    })
    return hits.hits.map(({ _id }) => _id!)
  }
}

const peerQuery = {
  type: 'best_fields' as const,
  operator: 'or' as const,
  tie_breaker: 0.3,
  fields: ['name^3', 'brand^2', 'model^2', 'vendorCode^2', 'category', 'attributes', 'description'],
}
