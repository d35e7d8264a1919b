import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import type { Requires } from '../auth.ts'
import { languageOf } from '../language.ts'
import { createRouter, problems, type ApiEnv } from '../openapi.ts'
import { getOwnImport } from './get-own-import.ts'
import { ImportId, showImport } from './import-view.ts'

export type EventsDeps = {
  seller: Kysely<Database>
  requires: Requires
  isDraining(): boolean
}

const LOOK_EVERY_MS = 500
/** Proxies cut a connection that says nothing for a minute. */
const SAY_SOMETHING_EVERY_MS = 15_000
/** A reader that wants more connects again, as `EventSource` does by itself. */
const LONGEST_MS = 10 * 60_000
const RETRY_MS = 1_000

const OVER = new Set(['completed', 'failed', 'cancelled'])

/** Progress as it happens: one event for each change that is seen, the last one when the import is over. */
export function importEvents({ seller, requires, isDraining }: EventsDeps) {
  return createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/{id}/events',
      tags: ['Imports'],
      summary: 'Progress as server-sent events',
      description: 'Events are named `import` and carry the import as JSON.',
      security: [{ apiKey: ['imports:read'] }],
      middleware: requires('imports:read'),
      request: { params: ImportId },
      responses: {
        200: {
          description: 'A stream that ends when the import is over',
          content: { 'text/event-stream': { schema: z.string() } },
        },
        ...problems(401, 403, 404),
      },
    }),
    async (c) => {
      const { sellerId } = c.get('caller')
      const { id } = c.req.valid('param')
      const look = async () => {
        const row = await getOwnImport(seller, sellerId, id)
        return JSON.stringify(showImport(row, languageOf(c), new Date()))
      }
      return tell(c, await look(), look, isDraining)
    },
  )
}

function tell(
  c: Context<ApiEnv>,
  first: string,
  look: () => Promise<string>,
  isDraining: () => boolean,
) {
  c.header('X-Accel-Buffering', 'no')
  return streamSSE(c, async (stream) => {
    const endsAt = Date.now() + LONGEST_MS
    let saidAt = Date.now()
    let said = first
    const isWanted = () => !stream.aborted && !isDraining() && !isOver(said) && Date.now() < endsAt
    await stream.writeSSE({ event: 'import', data: first, retry: RETRY_MS })
    while (isWanted()) {
      await stream.sleep(LOOK_EVERY_MS)
      if (stream.aborted) return
      const now = await look()
      if (now !== said) await stream.writeSSE({ event: 'import', data: now })
      else if (Date.now() - saidAt > SAY_SOMETHING_EVERY_MS) await stream.write(': \n\n')
      else continue
      said = now
      saidAt = Date.now()
    }
  })
}

const isOver = (told: string) => OVER.has((JSON.parse(told) as { state: string }).state)
