import { Cluster, Redis, type RedisOptions as ConnectionOptions } from 'ioredis'

export type RedisOptions = {
  /**
   * `redis://[user:password@]host:port[/database]`, or `rediss://` for TLS; with several hosts after commas, or
   * `?cluster=true`, the nodes of a cluster from which the others are learned.
   */
  url: string
  /** A command that takes longer is given up. */
  commandTimeoutMs: number
  /** Waits for a lost connection instead of failing at once: for workers, never for requests. */
  patient?: boolean
}

/** A server or a cluster; it comes back by itself, and its failures reach the callers of commands only. */
export function connectRedis({ url, commandTimeoutMs, patient = false }: RedisOptions) {
  const retryStrategy = (attempt: number) => Math.min(50 * 2 ** attempt, 500)
  const options = {
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2_000,
    enableOfflineQueue: patient,
    maxRetriesPerRequest: patient ? 3 : 0,
  } satisfies ConnectionOptions
  const { isCluster, nodes, credentials } = parseRedisUrl(url)
  const redis = isCluster
    ? new Cluster(nodes, {
        redisOptions: { ...options, ...credentials },
        enableOfflineQueue: patient,
        clusterRetryStrategy: retryStrategy,
        // Certificates name hosts; what the nodes say of themselves is an address.
        ...(credentials.tls && { dnsLookup: (address, done) => done(null, address) }),
      })
    : new Redis(url, { ...options, retryStrategy })
  redis.on('error', () => {})
  return redis
}

/** @throws {TypeError} when it is not one of the forms above */
export function parseRedisUrl(url: string) {
  const [, scheme, hosts = '', rest = ''] =
    /^(rediss?:\/\/(?:[^@/]*@)?)([^/?]+)(.*)$/.exec(url) ?? []
  const nodes = hosts.split(',').map((host) => {
    const { hostname, port } = new URL(`${scheme}${host}`)
    return { host: hostname, port: Number(port) || 6379 }
  })
  const { username, password, protocol, searchParams } = new URL(
    `${scheme}${hosts.split(',')[0]}${rest}`,
  )
  return {
    isCluster: nodes.length > 1 || searchParams.get('cluster') === 'true',
    nodes,
    credentials: {
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    } satisfies ConnectionOptions,
  }
}
