import { createHash } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'

/** One server, or a cluster. */
export type RedisLike = Redis | Cluster

type Argument = string | number | Buffer

/** A script of Redis: sent by its name, and in full to a server that does not know it yet. All keys are of one slot. */
export function script(lua: string) {
  const sha = createHash('sha1').update(lua).digest('hex')
  return async (redis: RedisLike, keys: string[], args: Argument[]): Promise<unknown> => {
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return redis.eval(lua, keys.length, ...keys, ...args)
    }
  }
}
