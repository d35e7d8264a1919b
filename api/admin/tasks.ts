import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { currentTraceParent } from '../../clients/tracing.ts'
import type { Database } from '../../db/database.ts'
import {
  findTask,
  listTasks,
  resolveTask,
  SETTLES,
  type SettledBy,
} from '../../db/logistics/human-tasks.ts'
import type { HumanTaskRow } from '../../db/logistics/tasks.ts'
import type { Requires } from '../auth.ts'
import { decodeCursor, toPage } from '../cursor.ts'
import { createRouter, Instant, json, jsonBody, PageQuery, pageOf, problems } from '../openapi.ts'
import { notFound, Problem } from '../problem.ts'

const Kind = z
  .enum([
    'unsettled-booking',
    'cancel-by-phone',
    'loose-booking',
    'no-carrier',
    'point-unavailable',
    'not-delivered',
    'taken-back',
    'too-late-to-cancel',
    'delivery-problem',
    'late',
    'silent',
  ])
  .openapi({ example: 'cancel-by-phone' })
const State = z.enum(['open', 'done'])

const HumanTask = z
  .object({
    id: z.string(),
    kind: Kind,
    state: State,
    deliveryId: z.string(),
    attemptId: z.string().optional(),
    sellerId: z.string(),
    details: z
      .record(z.string(), z.unknown())
      .openapi({ example: { carrier: 'dpd', priceMinor: '45000' } }),
    resolution: z.string().optional().openapi({ example: 'Отменено по телефону' }),
    closedBy: z.string().optional().openapi({ example: 'key:0Lu34xkVu2BFt' }),
    createdAt: Instant,
    closedAt: Instant.optional(),
  })
  .openapi('HumanTask')

const ResolveTask = z
  .strictObject({
    resolution: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .openapi({ description: 'What was done, without names', example: 'Отменено по телефону' }),
    outcome: z
      .enum(['absent', 'cancelled'])
      .optional()
      .openapi({
        description:
          'How the booking stands at its carrier. Wanted for `unsettled-booking` and `cancel-by-phone` (`cancelled`): ' +
          'the next carrier is asked then. With `cancelled` a `loose-booking` costs nothing.',
        example: 'cancelled',
      }),
  })
  .openapi('ResolveTask')

const Id = z.string().regex(/^[1-9]\d{0,17}$/)
const Position = z.tuple([Id])
const tags = ['Operations']
const security = [{ apiKey: ['admin'] }]

export type TasksDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  requires: Requires
}

/** To be served at `/v1/admin/tasks`. */
export const tasks = ({ system, requires }: TasksDeps) =>
  createRouter()
    .openapi(
      createRoute({
        ...{ method: 'get', path: '/', tags, security },
        summary: 'What only a person can settle, waiting longest first',
        middleware: requires('admin'),
        request: {
          query: PageQuery.extend({ state: State.default('open'), kind: Kind.optional() }),
        },
        responses: { 200: json(pageOf(HumanTask), 'A page of tasks'), ...problems(400, 401, 403) },
      }),
      async (c) => {
        const { limit, cursor, ...filter } = c.req.valid('query')
        const [afterId] = cursor === undefined ? [] : decodeCursor(cursor, Position)
        const rows = await listTasks(system, { ...filter, afterId, limit: limit + 1 })
        return c.json(
          toPage(rows, limit, showTask, ({ id }) => [id]),
          200,
        )
      },
    )
    .openapi(
      createRoute({
        ...{ method: 'post', path: '/{id}/resolve', tags, security },
        summary: 'Say that it is settled; its delivery goes on',
        middleware: requires('admin'),
        request: { params: z.object({ id: z.string().max(64) }), ...jsonBody(ResolveTask) },
        responses: {
          200: json(HumanTask, 'The task, which is done'),
          ...problems(400, 401, 403, 404, 409, 413, 415),
        },
      }),
      async (c) => {
        const { id } = c.req.valid('param')
        if (!Id.safeParse(id).success) throw notFound()
        const { resolution, outcome } = c.req.valid('json')
        refuseUnfit(await findTask(system, id), outcome)
        const resolved = await system.transaction().execute((trx) =>
          resolveTask(trx, {
            ...{ id, resolution, outcome, actor: `key:${c.get('keyId')}` },
            traceParent: currentTraceParent() ?? null,
          }),
        )
        if (!resolved) throw notFound()
        if (!resolved.wasOpen) throw new Problem('conflict', { detail: DONE })
        return c.json(showTask(resolved.task), 200)
      },
    )

/** What only the carrier knows must be said, and nothing else can be. */
function refuseUnfit(task: HumanTaskRow | undefined, outcome: SettledBy | undefined): void {
  if (!task || task.state === 'done') return
  const allowed = SETTLES[task.kind] ?? []
  const isFit = outcome
    ? allowed.includes(outcome)
    : !allowed.length || task.kind === 'loose-booking'
  if (!isFit)
    throw new Problem('validation-failed', {
      errors: [
        { path: 'outcome', message: allowed.length > 0 ? oneOf(allowed) : NOTHING_TO_SETTLE },
      ],
    })
}

const oneOf = (allowed: readonly string[]) => ({
  ru: `Нужно сказать, чем закончилось: ${allowed.join(' или ')}.`,
  en: `Say how it stands: ${allowed.join(' or ')}.`,
})
const NOTHING_TO_SETTLE = {
  ru: 'У этой задачи нет такого поля: перевозчик здесь ни при чём.',
  en: 'A task of this kind has no outcome at a carrier.',
}
const DONE = { ru: 'Эта задача уже закрыта.', en: 'This task is done already.' }

const showTask = (row: HumanTaskRow): z.infer<typeof HumanTask> => ({
  ...{ id: row.id, kind: row.kind, state: row.state, deliveryId: row.shipmentId },
  ...(row.attemptId !== null && { attemptId: row.attemptId }),
  ...{ sellerId: row.sellerId, details: row.details },
  ...(row.resolution !== null && { resolution: row.resolution }),
  ...(row.closedBy !== null && { closedBy: row.closedBy }),
  createdAt: row.createdAt.toISOString(),
  ...(row.closedAt && { closedAt: row.closedAt.toISOString() }),
})
