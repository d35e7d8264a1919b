import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { listCountedQueries, type CountedQuery } from '../../db/storefront/search-counts.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { createRouter, json, PageQuery, pageOf, problems } from '../openapi.ts'

export type SearchesDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  requires: Requires
}

const FIRST_DAY = '2000-01-01'

const count = z.int().min(0)

const CountedSearch = z
  .object({
    query: z.string().nullable().openapi({
      description: 'As it is counted; `null` for all that is not kept, since it may be personal',
    }),
    searches: count.openapi({ description: 'Of first pages' }),
    zeroResults: count,
    corrected: count.openapi({
      description: 'Of those in which something else was typed, and these words answered',
    }),
    callers: count.openapi({
      description:
        'Who searched for these words alone, without filters; each once in a while, by address',
    }),
    finders: count.openapi({
      description: 'Those of them for whom something was found; what five did is suggested',
    }),
    slow: count.openapi({ description: 'Of half a second or more' }),
    slowestMs: count,
    lastOn: z.iso.date(),
  })
  .openapi('CountedSearch')

/** A year that PostgreSQL knows, the week before it too. */
const Day = z.iso.date().refine((day) => day >= FIRST_DAY, {
  error: `не раньше ${FIRST_DAY} / not before ${FIRST_DAY}`,
})

const Position = z
  .tuple([z.string().regex(/^\d{1,18}$/), z.string().max(100)])
  .transform(([count, text]) => ({ count, text }))

const DAYS = 7
const DAY_MS = 24 * 3_600_000

/** To be served at `/v1/admin/searches`. */
export const searches = ({ system, requires }: SearchesDeps) =>
  createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/',
      tags: ['Operations'],
      summary: 'What buyers search: what finds nothing, what is slow, what is asked for most',
      description:
        'Counts reach this list within ten seconds. The last seven days unless said otherwise.',
      security: [{ apiKey: ['admin'] }],
      middleware: requires('admin'),
      request: {
        query: z.strictObject({
          kind: z.enum(['zero-result', 'slow', 'any']).default('any'),
          from: Day.optional(),
          to: Day.optional(),
          ...PageQuery.shape,
        }),
      },
      responses: { 200: json(pageOf(CountedSearch), 'A page'), ...problems(400, 401, 403) },
    }),
    async (c) => {
      const { kind, limit, cursor, ...days } = c.req.valid('query')
      const { to = dayOf(Date.now()) } = days
      const { from = dayOf(Date.parse(to) - (DAYS - 1) * DAY_MS) } = days
      const rows = await listCountedQueries(system, {
        kind,
        from,
        to,
        limit: limit + 1,
        after: cursor === undefined ? undefined : decodeCursor(cursor, Position),
      })
      return c.json(
        toPage(rows, limit, show, ({ count, text }) => [count, text]),
        200,
      )
    },
  )

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

const show = (row: CountedQuery): z.infer<typeof CountedSearch> => ({
  query: row.text || null,
  searches: Number(row.searches),
  zeroResults: Number(row.zeroResults),
  corrected: Number(row.corrected),
  callers: Number(row.callers),
  finders: Number(row.finders),
  slow: Number(row.slow),
  slowestMs: row.slowestMs,
  lastOn: row.lastOn,
})
