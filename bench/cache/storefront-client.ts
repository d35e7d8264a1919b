import { Pool } from 'undici'

export type Answer = {
  /** 0 when there was none. */
  status: number
  /** As `Cache-Status` has it, without our name: `hit; detail=memory`. */
  cache: string
  headers: Record<string, string>
  body: Buffer
}

export type StorefrontClient = {
  /** Never fails: no answer is an answer of its own. */
  get(path: string): Promise<Answer>
  close(): Promise<void>
}

const ANSWER_WITHIN_MS = 10_000

/** Asks an API over so many kept-alive connections; what finds none free waits for one. */
export function openStorefrontClient(
  url: string,
  { connections, encoding = 'gzip' }: { connections: number; encoding?: 'gzip' | 'identity' },
): StorefrontClient {
  const pool = new Pool(url, {
    connections,
    headersTimeout: ANSWER_WITHIN_MS,
    bodyTimeout: ANSWER_WITHIN_MS,
  })
  const asked = { 'accept-encoding': encoding }
  return {
    async get(path) {
      try {
        const response = await pool.request({ path, method: 'GET', headers: asked })
        const body = Buffer.from(await response.body.arrayBuffer())
        const headers = response.headers as Record<string, string>
        const cache = (headers['cache-status'] ?? '').replace(/^yarmarka; /, '')
        return { status: response.statusCode, cache, headers, body }
      } catch {
        return { status: 0, cache: '', headers: {}, body: Buffer.alloc(0) }
      }
    },
    close: () => pool.close(),
  }
}

/** Whether it came out of the cache and is as good as new. */
export const isHit = ({ cache }: Answer) => /^hit; detail=(memory|redis)$/.test(cache)

/** How often each status was answered, such as `200: 18000`. */
export function statusesOf(answers: Iterable<Answer>): string {
  const counts = new Map<number, number>()
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts].map(([status, count]) => `${status || 'none'}: ${count}`).join(', ')
}
