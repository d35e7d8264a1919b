import type { Context, Hono } from 'hono'
import { retryAfter } from '../answer.ts'
import type { Fault, Operation, Struck } from '../faults.ts'
import type { Env } from '../world.ts'
import { refuse } from './errors.ts'

/** The contract that the bearer's token is of. */
export type CdekEnv = Env & { Variables: { account: string } }
export type Asked = Context<CdekEnv>
export type Routes = Hono<CdekEnv>
/** Answers under faults; what the effect refuses becomes the vendor's 400. */
export type Answer = (
  c: Asked,
  operation: Operation,
  reference: string | undefined,
  effect: (struck: Struck) => Response,
) => Promise<Response>

/** @throws {Refused} */
export async function readJson<T>(c: Asked): Promise<T> {
  try {
    const body = (await c.req.json()) as T
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body
  } catch {
    // Not JSON: the same refusal as for a list.
  }
  return refuse('v2_bad_request')
}

/** The part that `size` and `page` ask for; how many there are in all is in a header. */
export function page(
  all: unknown[],
  { size, page: number = '0' }: Record<string, string>,
): Response {
  const from = size === undefined ? 0 : Number(size) * Number(number)
  const some = size === undefined ? all : all.slice(from, from + Number(size))
  return json(some, 200, { 'X-Total-Elements': String(all.length) })
}

export const baseOf = (c: Asked) => `${new URL(c.req.url).origin}/cdek`

/** The gateway in front of the vendor's services speaks another language. */
export function fail(fault: Fault): Response {
  const status = fault.status ?? 503
  const words = { 429: 'Too Many Requests', 502: 'Bad Gateway', 503: 'Service Unavailable' }[status]
  const body = {
    error: words ?? 'Internal Server Error',
    message: words ?? 'Internal Server Error',
  }
  return json(body, status, retryAfter(fault))
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json;charset=utf-8', ...headers },
  })
}
