import { Client } from '@elastic/elasticsearch'
import { Hono } from 'hono'
import type { AddressInfo } from 'node:net'
import { createServer, listen } from '../api/server.ts'
import { serveOrders } from './cache/helper-process.ts'
import { byPhrase } from './phrase-prefix.ts'

export type PhraseOrder = { elasticsearchUrl: string }
export type PhraseReport = { url: string }

/** The peer as buyers would have it: `match_phrase_prefix` in a route of a process of its own, with nothing around it. */
serveOrders<PhraseOrder, PhraseReport>(async ({ elasticsearchUrl }) => {
  const elasticsearch = new Client({ node: elasticsearchUrl })
  const app = new Hono().get('/v1/suggest', async (c) => {
    const { q = '', city } = c.req.query()
    const { responses } = await elasticsearch.msearch({ searches: byPhrase({ q, city }) })
    const [queries, categories, brands, items] = responses.map((response) => {
      if (!('hits' in response)) throw new Error(JSON.stringify(response))
      return response.hits.hits.map(({ _source }) => _source)
    })
    return c.json({ queries, categories, brands, items })
  })
  const server = createServer({ fetch: app.fetch })
  await listen(server, { host: '127.0.0.1', port: 0 })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
})
