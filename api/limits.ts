import type { Context, MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { timeout } from 'hono/timeout'
import { Problem } from './problem.ts'

/** Of all bodies but files. */
export const MOST_BODY_BYTES = 1024 ** 2
const ANSWER_WITHIN_MS = 15_000

/** Answers with 504 what takes longer than 15 s, and with 413 a body that says it has more than a megabyte. */
export const limits = (): MiddlewareHandler[] => [
  unless(
    isUpload,
    timeout(ANSWER_WITHIN_MS, () => new HTTPException(504)),
  ),
  unless((c) => isRead(c) || isUpload(c), refuseLarge),
]

/** A file comes at the pace of its sender and is as large as it is: it is bounded where it is read. */
const isUpload = (c: Context) =>
  c.req.method === 'POST' &&
  c.req.path === '/v1/imports' &&
  !/^application\/json\b/i.test(c.req.header('Content-Type') ?? '')

/** Asking a request for its body makes it build one, which a cached read cannot afford. */
const isRead = (c: Context) => c.req.method === 'GET' || c.req.method === 'HEAD'

async function refuseLarge(c: Context, next: () => Promise<void>): Promise<void> {
  if (Number(c.req.header('Content-Length') ?? 0) > MOST_BODY_BYTES)
    throw new Problem('payload-too-large')
  await next()
}

const unless =
  (condition: (c: Context) => boolean, middleware: MiddlewareHandler): MiddlewareHandler =>
  (c, next) =>
    condition(c) ? next() : middleware(c, next)
