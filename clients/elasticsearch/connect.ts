import { Client } from '@elastic/elasticsearch'

/** Reads have their own, shorter limit where they are made. */
const TIMEOUT_MS = 30_000

/** One client, for one address or behind a balancer. A lost connection is tried again twice, within some seconds. */
export const connectElasticsearch = ({ url }: { url: string }): Client =>
  new Client({ node: url, requestTimeout: TIMEOUT_MS, maxRetries: 2 })
