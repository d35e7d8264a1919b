import type { HttpBindings } from '@hono/node-server'
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { Caller } from './auth.ts'
import type { ProblemStatus } from './problem.ts'
import { invalid } from './validation.ts'

/**
 * What every route finds in its context: `caller` only below `requireScope`, `keyId` only below that of a scope of the
 * marketplace's own, `actor` where a valid key was shown, `env` only behind a real server.
 */
export type ApiEnv = {
  Bindings: Partial<HttpBindings>
  Variables: { requestId: string; caller: Caller; keyId: string; actor?: Actor }
}

export type Actor = { keyId: string; sellerId: string | null }

/** A router whose refused requests leave as problems. Chain `.openapi()` on it, so that the app keeps its type. */
export const createRouter = () =>
  new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(result.error, 'data' in result ? result.data : undefined)
    },
  })

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

export const jsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: true, content: { 'application/json': { schema } } },
})

/** For a body that may be left out. */
export const optionalJsonBody = <Schema extends z.ZodType>(schema: Schema) => ({
  body: { required: false, content: { 'application/json': { schema } } },
})

export const ProblemSchema = z
  .object({
    type: z.string().meta({ example: '/problems/not-found' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem')

/** In the document's own language. */
export const PROBLEM_DESCRIPTIONS: Record<ProblemStatus, string> = {
  400: 'The request is not valid',
  401: 'No valid API key was given',
  403: 'The key lacks the scope',
  404: 'There is no such thing, or it is another seller’s',
  405: 'The method is not allowed here',
  406: 'There is no such representation',
  408: 'The request did not arrive in time',
  409: 'Not possible in this state',
  413: 'The request is too large',
  415: 'The media type is not supported',
  422: 'Understood, and refused',
  429: 'Too many requests: see Retry-After and RateLimit',
  431: 'The headers are too large',
  500: 'Our fault',
  503: 'Unavailable for a moment: see Retry-After',
  504: 'The answer was not ready in time',
}

const problem = (status: ProblemStatus) => ({
  description: PROBLEM_DESCRIPTIONS[status],
  content: { 'application/problem+json': { schema: ProblemSchema } },
})

/** The failures that a route documents: `responses: { 200: json(…), ...problems(400, 404) }`. All may be 429. */
export const problems = <Status extends ProblemStatus>(...statuses: Status[]) =>
  Object.fromEntries([...statuses, 429 as const].map((status) => [status, problem(status)])) as {
    [S in Status | 429]: ReturnType<typeof problem>
  }

/** An instant as it travels. */
export const Instant = z.iso.datetime().openapi({ example: '2026-11-23T10:00:00.000Z' })

/** `?limit=&cursor=` of every list. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(512).optional(),
})

/** A page of a list; `nextCursor` is null on the last one. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })
