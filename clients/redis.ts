import { Redis } from 'ioredis'

export type RedisOptions = {
  url: string
  /**
   * For requests: a command that takes longer fails, and so does one at once while the connection is lost.
   * Without it commands wait for the connection and have seconds: for workers.
   */
  budgetMs?: number
}

/** One connection; it comes back by itself, and its failures reach the callers of commands only. */
export function connectRedis({ url, budgetMs }: RedisOptions): Redis {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: budgetMs ?? 5_000,
    enableOfflineQueue: budgetMs === undefined,
    maxRetriesPerRequest: budgetMs === undefined ? 3 : 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2_000),
  })
  redis.on('error', () => {})
  return redis
}
