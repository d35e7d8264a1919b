import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { createRoute, z } from '@hono/zod-openapi'
import type { Database } from '../db/database.ts'
import { createRouter, json, problems } from './openapi.ts'
import { Problem } from './problem.ts'

/** What the process stands on, each with a look that throws when it is away. Without PostgreSQL nothing is answered. */
export type Dependencies = { postgres: Probe } & Record<string, Probe>
export type Probe = () => Promise<unknown>

export type HealthDeps = { dependencies: Dependencies; isDraining: () => boolean }

const PROBE_MS = 1000

export const probePostgres =
  (db: Kysely<Database>): Probe =>
  () =>
    sql`select 1`.execute(db)

const Dependency = z.object({ state: z.enum(['up', 'down']), ms: z.int() })
const Readiness = z
  .object({
    status: z.enum(['ready', 'degraded']),
    dependencies: z.record(z.string(), Dependency),
  })
  .openapi('Readiness')

/** `/healthz`: the process lives. `/readyz`: it should be given requests; what is down besides PostgreSQL only degrades. */
export const health = ({ dependencies, isDraining }: HealthDeps) =>
  createRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/healthz',
        tags: ['Operations'],
        summary: 'Whether the process lives',
        responses: { 200: json(z.object({ status: z.literal('ok') }), 'It does') },
      }),
      (c) => c.json({ status: 'ok' as const }, 200),
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/readyz',
        tags: ['Operations'],
        summary: 'Whether the process should be given requests, and what it stands on',
        responses: { 200: json(Readiness, 'It should'), ...problems(503) },
      }),
      async (c) => {
        if (isDraining())
          throw notReady({ ru: 'Процесс завершается.', en: 'The process is leaving.' })
        const entries = await Promise.all(
          Object.entries(dependencies).map(
            async ([name, probe]) => [name, await look(probe)] as const,
          ),
        )
        const states = Object.fromEntries(entries)
        if (states['postgres']?.state !== 'up')
          throw notReady({ ru: 'Нет PostgreSQL.', en: 'PostgreSQL is away.' }, states)
        const isWhole = entries.every(([, { state }]) => state === 'up')
        c.header('Cache-Control', 'no-store')
        return c.json(
          { status: isWhole ? ('ready' as const) : ('degraded' as const), dependencies: states },
          200,
        )
      },
    )

async function look(probe: Probe): Promise<z.infer<typeof Dependency>> {
  const startedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), PROBE_MS)
  })
  const state = await Promise.race([probe(), late]).then(
    () => 'up' as const,
    () => 'down' as const,
  )
  clearTimeout(timer)
  return { state, ms: Math.round(performance.now() - startedAt) }
}

const notReady = (detail: { ru: string; en: string }, dependencies?: object) =>
  new Problem('unavailable', {
    detail,
    headers: { 'Retry-After': '1' },
    ...(dependencies && { extensions: { dependencies } }),
  })
