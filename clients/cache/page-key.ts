/** A page is one of a scope, and a scope one of a kind: what is kept, invalidated and fenced together is a scope. */
export type PageKey = { kind: string; scope: string; page: string }

export type ScopeKey = Pick<PageKey, 'kind' | 'scope'>

/** Scopes are spread over so many slots of a Redis Cluster; what is of one bucket can be touched by one script. */
export const BUCKETS = 32

/** Under which name Redis keeps the pages of a scope: a hash. */
export const hashKey = ({ kind, scope }: ScopeKey) => `${kind}:{${bucketOf(kind, scope)}}:${scope}`

export const bucketOfHash = (hash: string): number => Number(/\{(\d+)\}/.exec(hash)?.[1])

export const scopeOfHash = (hash: string): ScopeKey | undefined => {
  const [, kind, scope] = /^([a-z-]+):\{\d+\}:(.*)$/.exec(hash) ?? []
  return kind && scope ? { kind, scope } : undefined
}

/** Who holds it makes the page; beside the hash, so that one script sees both. */
export const lockKey = (key: PageKey) => `fill:{${bucketOf(key.kind, key.scope)}}:${idOf(key)}`

/** Counts the invalidations of a bucket, so that whoever misses one knows. */
export const countKey = (bucket: number) => `invalidations:{${bucket}}`

export const idOf = ({ kind, scope, page }: PageKey) => `${kind} ${scope} ${page}`

/** FNV-1a. */
function bucketOf(kind: string, scope: string): number {
  let hash = 0x811c9dc5
  for (const text of [kind, scope])
    for (let at = 0; at < text.length; at++)
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0) % BUCKETS
}
