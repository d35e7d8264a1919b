import { bulkhead, BulkheadRejectedError } from 'cockatiel'
import { unavailable } from '../problem-of.ts'

/**
 * Lets so many pieces of work run at once and so many wait for their turn. Whoever comes then is refused at once: while more is
 * asked than can be done, what waits too long is done for nobody, and the more of it there is the less comes through.
 * The function throws `Problem` 503.
 */
export function crowd(atOnce: number, waiting: number) {
  const gate = bulkhead(atOnce, waiting)
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await gate.execute(work)
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? unavailable(error) : error
    }
  }
}
