import { Cluster, type Redis } from 'ioredis'
import type { RedisLike } from './script.ts'

/** Each server that holds keys of its own: all masters of a cluster, or the one there is. */
export async function eachNode(
  redis: RedisLike,
  visit: (node: Redis) => Promise<void>,
): Promise<void> {
  for (const node of redis instanceof Cluster ? redis.nodes('master') : [redis]) await visit(node)
}
