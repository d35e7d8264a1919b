import { Client } from '@elastic/elasticsearch'
import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'

export type TestElasticsearch = {
  client: Client
  url: string
  /** Indices and aliases whose names begin with it belong to the file and go with it. */
  prefix: string
  close(): Promise<void>
}

/** The real server and a prefix of its own; call it once per test file and close it in `afterAll`. */
export async function freshElasticsearch(): Promise<TestElasticsearch> {
  const url = inject('stack').env['ELASTICSEARCH_URL']
  if (!url) throw new Error('Elasticsearch is not among TEST_PARTS')
  const client = new Client({ node: url })
  const prefix = `test-${randomUUID()}-`
  return {
    client,
    url,
    prefix,
    async close() {
      const indices = Object.keys(await client.indices.get({ index: `${prefix}*` }))
      if (indices.length > 0) await client.indices.delete({ index: indices })
      await client.close()
    },
  }
}
