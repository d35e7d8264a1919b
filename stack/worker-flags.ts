/**
 * Flags of Node for a worker of these domains: without bounds V8 lets garbage grow to several times what lives, as long as
 * the machine has memory. `docker-compose.yml` gives the same.
 */
export const workerFlags = (domains: readonly string[]): string[] => [
  ...(domains.includes('parsing') ? PARSING : ['--max-semi-space-size=8']),
  '--max-old-space-size=512',
]

/**
 * Of a worker's process. Every call into a workflow has a thread that watches its time, and glibc gives threads heaps of their
 * own, which it does not give back: 25 MB of some 365 in pairs of runs, and more where many calls come at once.
 */
export const workerEnvironment = { MALLOC_ARENA_MAX: '2' }

/** Rows that are read are garbage a moment later; threads that help to collect it take the core that PostgreSQL needs. */
const PARSING = ['--max-semi-space-size=32', '--no-parallel-scavenge']
