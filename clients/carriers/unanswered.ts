import type { CarrierId, CarrierOperation } from '../../contracts/logistics.ts'
import { CarrierError, type CarrierReason } from './carrier.ts'

/**
 * Why there is no answer that can be read.
 * - `unreachable`, `timeout`, `interrupted`, `aborted`: nothing came, or not all of it
 * - `too-large`, `malformed`: something came that cannot be trusted
 * - `busy` (429), `internal`, `http-5xx` and the like: the carrier has trouble of its own
 * - `credentials`: it does not let us in
 */
export type UnansweredCode =
  | 'unreachable'
  | 'timeout'
  | 'interrupted'
  | 'aborted'
  | 'too-large'
  | 'malformed'
  | 'busy'
  | 'internal'
  | 'credentials'
  | `http-${number}`

export type UnansweredDetails = {
  code: UnansweredCode
  /** Whether the carrier may have seen, and done, what was asked. */
  mayHaveArrived: boolean
  retryAfterMs?: number
  /** For whoever operates this; never what a carrier or a person wrote. */
  detail?: string
}

/** Inside an adapter only; {@link answering} and {@link effecting} turn it into what the port promises. */
export class Unanswered extends Error {
  override name = 'Unanswered'
  readonly details: UnansweredDetails

  constructor(details: UnansweredDetails, options?: ErrorOptions) {
    super(details.detail ? `${details.code}: ${details.detail}` : details.code, options)
    this.details = details
  }
}

export const malformed = (detail: string) =>
  new Unanswered({ code: 'malformed', mayHaveArrived: true, detail })

type Asked = { carrier: CarrierId; operation: CarrierOperation }

/** For what changes nothing: no answer is a failure. @throws {CarrierError} */
export async function answering<T>(asked: Asked, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof Unanswered ? carrierError(asked, error) : error
  }
}

/** For what changes something there: no answer, once it may have arrived, is the outcome `unknown`. @throws {CarrierError} */
export async function effecting<T>(
  asked: Asked,
  work: () => Promise<T>,
): Promise<T | { outcome: 'unknown'; reason: CarrierReason }> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
    if (!error.details.mayHaveArrived) throw carrierError(asked, error)
    return {
      outcome: 'unknown',
      reason: { code: error.details.code, message: error.message, kind: 'capacity' },
    }
  }
}

export function carrierError(asked: Asked, error: Unanswered): CarrierError {
  const { code, retryAfterMs } = error.details
  const kind =
    code === 'credentials'
      ? 'credentials'
      : code === 'malformed' || code === 'too-large'
        ? 'malformed'
        : 'unavailable'
  return new CarrierError(
    { ...asked, kind, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
    error.message,
    { cause: error },
  )
}

/** {@link answering} for what comes in pages. @throws {CarrierError} */
export async function* answeringPages<T>(asked: Asked, pages: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* pages
  } catch (error) {
    throw error instanceof Unanswered ? carrierError(asked, error) : error
  }
}

/** For what is looked up first: whatever became of it, the change itself was not asked for. @throws {Unanswered} */
export async function beforehand<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
    throw new Unanswered({ ...error.details, mayHaveArrived: false }, { cause: error })
  }
}
