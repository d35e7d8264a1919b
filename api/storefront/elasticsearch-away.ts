import { errors } from '@elastic/elasticsearch'
import { unavailable } from '../problem-of.ts'

/** 503 with `Retry-After` when Elasticsearch is away, overloaded, or has no index yet; anything else as it is. */
export const orUnavailable = (error: unknown): unknown =>
  isAway(error) ? unavailable(error) : error

function isAway(error: unknown): boolean {
  if (error instanceof errors.ResponseError)
    return [404, 408, 429].includes(error.statusCode ?? 0) || (error.statusCode ?? 0) >= 500
  return (
    error instanceof errors.ConnectionError ||
    error instanceof errors.TimeoutError ||
    error instanceof errors.NoLivingConnectionsError
  )
}
