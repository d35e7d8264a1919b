import { Redis } from 'ioredis'

export type RedisOptions = {
  url: string
  /** A command that takes longer is given up. */
  commandTimeoutMs: number
  /** Waits for a lost connection instead of failing at once: for workers, never for requests. */
  patient?: boolean
}

/** One connection; it comes back by itself, and its failures reach the callers of commands only. */
export function connectRedis({ url, commandTimeoutMs, patient = false }: RedisOptions): Redis {
  const redis = new Redis(url, {
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2_000,
    enableOfflineQueue: patient,
    maxRetriesPerRequest: patient ? 3 : 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2_000),
  })
  redis.on('error', () => {})
  return redis
}
