import {
  ServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import { errors as searchErrors } from '@elastic/elasticsearch'
import { HTTPException } from 'hono/http-exception'
import { LoadersBusy } from '../clients/cache/filler.ts'
import type { Text } from './language.ts'
import { Problem, type ProblemCode } from './problem.ts'

/** What any error means to the caller. What we do not know is `internal`, and its message stays with us. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof HTTPException) return problemOfStatus(error)
  if (error instanceof WorkflowNotFoundError) return new Problem('not-found', { cause: error })
  if (error instanceof WorkflowUpdateFailedError) return new Problem('conflict', { cause: error })
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return unavailable(error)
  if (error instanceof LoadersBusy) return unavailable(error)
  if (error instanceof ServiceError || isConnectionLost(error) || isServerFault(error))
    return unavailable(error)
  if (sqlState(error) === QUERY_CANCELED) return new Problem('timeout', { cause: error })
  if (sqlState(error) === IMPOSSIBLE_CHARACTER)
    return new Problem('validation-failed', { cause: error })
  return new Problem('internal', { cause: error })
}

export const unavailable = (cause: unknown, detail?: Text) =>
  new Problem('unavailable', { headers: { 'Retry-After': '2' }, cause, ...(detail && { detail }) })

const OF_STATUS: Record<number, ProblemCode> = {
  400: 'malformed-body',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  413: 'payload-too-large',
  415: 'unsupported-media-type',
  504: 'timeout',
}

const problemOfStatus = (error: HTTPException) =>
  new Problem(OF_STATUS[error.status] ?? 'internal', { cause: error })

/** A part that we stand on is away, restarting or full: by what Node's sockets, `pg` and SQLSTATE classes say. */
function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.some(isConnectionLost)
  return (
    SOCKET_CODES.has(codeOf(error)) ||
    /^(08|53|57P)/.test(sqlState(error)) ||
    PG_MESSAGES.test(error.message) ||
    error instanceof searchErrors.ConnectionError ||
    error instanceof searchErrors.TimeoutError ||
    error instanceof searchErrors.NoLivingConnectionsError
  )
}

/** The object store answered, and it is its own fault: `$fault` is how every AWS client says so. */
const isServerFault = (error: unknown) =>
  error instanceof Error && '$fault' in error && error.$fault === 'server'

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** PostgreSQL's five characters; class 08 is connection, 53 resources, 57P shutdown and crash. */
const sqlState = (error: unknown): string => {
  const code = codeOf(error)
  return /^[0-9A-Z]{5}$/.test(code) ? code : ''
}

/** A statement ran into `statement_timeout`. */
const QUERY_CANCELED = '57014'

/** U+0000, the one character that PostgreSQL cannot keep; nobody sends it in good faith. */
const IMPOSSIBLE_CHARACTER = '22021'

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
])

const PG_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/
