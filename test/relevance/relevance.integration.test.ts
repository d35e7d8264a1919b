import { afterAll, describe, expect, it } from 'vitest'
import { readSynonyms } from '../../db/storefront/synonyms.ts'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import { freshDatabase } from '../support/postgres.ts'
import { generateCatalogue } from './catalogue/generate.ts'
import { byKind, summarise } from './evaluate.ts'
import { KINDS } from './judgements/judgement.ts'
import { measureRelevance } from './measure.ts'

const server = await freshElasticsearch()
const database = await freshDatabase()
afterAll(() => Promise.all([server.close(), database.drop()]))

const { ours, withoutSynonyms, peer } = await measureRelevance(
  server.client,
  server.prefix,
  generateCatalogue(),
  await readSynonyms(database.storefront.db),
)

describe('on queries that no weight was tuned by, search', () => {
  it('is better than the plain analyzer by more than 0.05 nDCG@10', () => {
    expect(summarise(ours).ndcg).toBeGreaterThan(summarise(peer).ndcg + 0.05)
  })

  it('is better without the synonyms that a marketplace begins with, whose author has seen these queries', () => {
    expect(summarise(withoutSynonyms).ndcg).toBeGreaterThan(summarise(peer).ndcg + 0.05)
  })

  it.each(KINDS)('is not worse by kind: %s', (kind) => {
    expect(byKind(ours).get(kind)!.ndcg).toBeGreaterThan(byKind(peer).get(kind)!.ndcg - 0.05)
  })

  it('finds something for at least 95 in 100, and more often than the peer', () => {
    expect(summarise(ours).nothingFound).toBeLessThanOrEqual(0.05)
    expect(summarise(ours).nothingFound).toBeLessThan(summarise(peer).nothingFound)
  })
})
