import type { Client } from '@elastic/elasticsearch'

/**
 * What the nodes' threads for searches have done since they run, and have to do at this moment. `isCrowded`: more waits for
 * them than is being done.
 */
export type SearchLoad = { completed: number; waiting: number; isCrowded: boolean }

/** `undefined` when nobody says. */
export async function readSearchLoad(client: Client): Promise<SearchLoad | undefined> {
  const stats = await client.nodes
    .stats({ metric: 'thread_pool' }, { maxRetries: 0 })
    .catch(() => undefined)
  const pools = Object.values(stats?.nodes ?? {}).flatMap(({ thread_pool: pools }) =>
    pools?.['search'] ? [pools['search']] : [],
  )
  if (pools.length === 0) return undefined
  const sum = (of: 'completed' | 'active' | 'queue') =>
    pools.reduce((total, pool) => total + (pool[of] ?? 0), 0)
  const [active, queued] = [sum('active'), sum('queue')]
  return { completed: sum('completed'), waiting: active + queued, isCrowded: queued > active }
}
