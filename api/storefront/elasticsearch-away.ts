import { errors } from '@elastic/elasticsearch'
import { unavailable } from '../problem-of.ts'
import { Problem } from '../problem.ts'

/** 503 with `Retry-After` when Elasticsearch is away, overloaded, or has no index yet; anything else as it is. */
export const orUnavailable = (error: unknown): unknown =>
  isAway(error) ? unavailable(error) : error

/** Whether it was, or would be, answered with 503. */
export const isUnavailable = (error: unknown): boolean =>
  isAway(error) || (error instanceof Problem && error.code === 'unavailable')

/** One search of several that Elasticsearch could not do, while the request as a whole was answered. */
export class FailedSearch extends Error {
  override name = 'FailedSearch'
  readonly statusCode: number
  readonly body: unknown

  constructor(statusCode: number, body: unknown) {
    super(`A search failed with ${statusCode}`)
    this.statusCode = statusCode
    this.body = body
  }
}

/** What Elasticsearch answered, when it is an answer of it that failed. */
export const answeredBy = (error: unknown): { statusCode: number; body: unknown } | undefined =>
  error instanceof FailedSearch || error instanceof errors.ResponseError
    ? { statusCode: error.statusCode ?? 0, body: error.body }
    : undefined

/** Away, overloaded, or without the index as yet. */
export function isAway(error: unknown): boolean {
  const answer = answeredBy(error)
  if (answer) return [404, 408, 429].includes(answer.statusCode) || answer.statusCode >= 500
  return (
    error instanceof errors.ConnectionError ||
    error instanceof errors.TimeoutError ||
    error instanceof errors.NoLivingConnectionsError
  )
}
