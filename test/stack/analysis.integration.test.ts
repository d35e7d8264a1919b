import type { estypes } from '@elastic/elasticsearch'
import { afterAll, describe, expect, it } from 'vitest'
import { freshElasticsearch } from '../support/elasticsearch.ts'
import {
  analyzerExamples,
  charFilterExamples,
  tokenFilterExamples,
  tokenizerExamples,
} from './analysis-reference.ts'

const server = await freshElasticsearch()
const { client } = server
afterAll(() => server.close())

async function createIndex(
  suffix: string,
  definition: Omit<estypes.IndicesCreateRequest, 'index'>,
): Promise<string> {
  const { index } = await client.indices.create({ index: server.prefix + suffix, ...definition })
  return index
}

async function analyze(request: estypes.IndicesAnalyzeRequest): Promise<string[]> {
  const { tokens = [] } = await client.indices.analyze(request)
  return tokens.map(({ token }) => token)
}

describe('Elasticsearch analyses as its reference says', () => {
  describe.each([
    ['token filter', tokenFilterExamples],
    ['tokenizer', tokenizerExamples],
    ['char filter', charFilterExamples],
    ['analyzer', analyzerExamples],
  ])('%s', (_kind, examples) => {
    it.each(examples)('$what', async ({ request, tokens }) => {
      expect(await analyze(request)).toEqual(tokens)
    })
  })
})

describe('An index of Russian goods', () => {
  const settings: estypes.IndicesIndexSettings = {
    analysis: {
      char_filter: { yo: { type: 'mapping', mappings: ['ё => е', 'Ё => Е'] } },
      filter: {
        prefixes: { type: 'edge_ngram', min_gram: 2, max_gram: 5 },
        models: { type: 'word_delimiter_graph', catenate_all: true, preserve_original: true },
        stems: { type: 'stemmer', language: 'russian' },
        synonyms: {
          type: 'synonym_graph',
          synonyms: ['наушники, гарнитура', 'мобильный телефон, смартфон'],
        },
      },
      analyzer: {
        goods: {
          type: 'custom',
          tokenizer: 'standard',
          char_filter: ['yo'],
          filter: ['lowercase', 'stems'],
        },
        goods_query: {
          type: 'custom',
          tokenizer: 'standard',
          char_filter: ['yo'],
          filter: ['lowercase', 'stems', 'synonyms'],
        },
        as_typed: {
          type: 'custom',
          tokenizer: 'standard',
          char_filter: ['yo'],
          filter: ['lowercase', 'prefixes'],
        },
        model: { type: 'custom', tokenizer: 'whitespace', filter: ['models', 'lowercase'] },
        without_stop_words: {
          type: 'russian',
          stopwords: ['беспроводные'],
          stem_exclusion: ['наушники'],
        },
      },
      normalizer: {
        brand: { type: 'custom', char_filter: ['yo'], filter: ['lowercase', 'asciifolding'] },
      },
    },
  }
  const mappings: estypes.MappingTypeMapping = {
    properties: {
      name: { type: 'text', analyzer: 'goods', search_analyzer: 'goods_query' },
      brand: { type: 'keyword', normalizer: 'brand' },
    },
  }
  const index = createIndex('goods', { settings, mappings })

  it('reads ё as е', async () => {
    expect(await analyze({ index: await index, analyzer: 'goods', text: 'Ёлка зелёная' })).toEqual([
      'елк',
      'зелен',
    ])
  })

  it('keeps the beginnings of words for search as one types', async () => {
    expect(await analyze({ index: await index, analyzer: 'as_typed', text: 'Наушники' })).toEqual([
      ...['на', 'нау', 'науш', 'наушн'],
    ])
  })

  it('takes a model number apart and keeps it whole', async () => {
    expect(await analyze({ index: await index, analyzer: 'model', text: 'SM-G991B' })).toEqual([
      ...['sm-g991b', 'smg991b', 'sm', 'g', '991', 'b'],
    ])
  })

  it('takes stop words and words not to be stemmed for the russian analyzer', async () => {
    const text = 'беспроводные наушники для смартфонов'
    expect(await analyze({ index: await index, analyzer: 'without_stop_words', text })).toEqual([
      'наушники',
      'для',
      'смартфон',
    ])
  })

  it('finds by synonyms of one and of several words, whatever their endings', async () => {
    const names = ['Наушники беспроводные', 'Мобильный телефон', 'Чехол']
    await client.bulk({
      index: await index,
      refresh: true,
      operations: names.flatMap((name) => [{ index: {} }, { name }]),
    })
    const find = async (name: string) => {
      const { hits } = await client.search<{ name: string }>({
        index: await index,
        query: { match: { name: { query: name, operator: 'and' } } },
      })
      return hits.hits.map(({ _source }) => _source?.name)
    }
    expect(await find('гарнитуру')).toEqual(['Наушники беспроводные'])
    expect(await find('смартфоны')).toEqual(['Мобильный телефон'])
    expect(await find('мобильного телефона')).toEqual(['Мобильный телефон'])
  })

  it('normalises keywords when it indexes and when it searches', async () => {
    await client.index({ index: await index, refresh: true, document: { brand: 'Žёлтый Çay' } })
    const { count } = await client.count({
      index: await index,
      query: { term: { brand: 'zЕЛТЫЙ cay' } },
    })
    expect(count).toBe(1)
  })
})

describe('Elasticsearch refuses an index with', () => {
  it.each([
    ['a stemmer of no language', { filter: { bad: { type: 'stemmer', language: 'klingon' } } }],
    ['a mapping without mappings', { char_filter: { bad: { type: 'mapping' } } }],
    ['a rule that maps nothing', { char_filter: { bad: { type: 'mapping', mappings: ['ё'] } } }],
    ['synonyms without rules', { filter: { bad: { type: 'synonym_graph' } } }],
    [
      'a synonym rule that cannot be read',
      { filter: { bad: { type: 'synonym', synonyms: ['a => b => c'] } } },
    ],
    ['grams longer than allowed', { filter: { bad: { type: 'ngram', min_gram: 1, max_gram: 9 } } }],
    ['markers without keywords', { filter: { bad: { type: 'keyword_marker' } } }],
  ])('%s', async (_what, { filter, char_filter }: { filter?: object; char_filter?: object }) => {
    const analyzer: estypes.AnalysisAnalyzer = {
      type: 'custom',
      tokenizer: 'standard',
      filter: filter ? ['bad'] : [],
      char_filter: char_filter ? ['bad'] : [],
    }
    const analysis = { filter, char_filter, analyzer: { it: analyzer } }
    await expect(
      createIndex('refused', { settings: { analysis } as estypes.IndicesIndexSettings }),
    ).rejects.toMatchObject({ statusCode: 400 })
  })

  it('synonyms behind a filter that makes several tokens of one', async () => {
    const analysis: estypes.IndicesIndexSettingsAnalysis = {
      filter: {
        pieces: { type: 'edge_ngram', min_gram: 1, max_gram: 3 },
        synonyms: { type: 'synonym_graph', synonyms: ['наушники, гарнитура'] },
      },
      analyzer: {
        it: { type: 'custom', tokenizer: 'standard', filter: ['pieces', 'synonyms'] },
      },
    }
    await expect(createIndex('refused', { settings: { analysis } })).rejects.toMatchObject({
      statusCode: 400,
    })
  })
})
