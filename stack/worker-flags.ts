/**
 * Flags of Node for a worker of these domains: without bounds V8 lets garbage grow to several times what lives, as long as
 * the machine has memory. `docker-compose.yml` gives the same.
 */
export const workerFlags = (domains: readonly string[]): string[] => [
  ...(domains.includes('parsing') ? PARSING : ['--max-semi-space-size=8']),
  '--max-old-space-size=512',
]

/** Rows that are read are garbage a moment later; threads that help to collect it take the core that PostgreSQL needs. */
const PARSING = ['--max-semi-space-size=32', '--no-parallel-scavenge']
