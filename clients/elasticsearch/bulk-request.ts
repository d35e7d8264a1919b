import { errors, type Client } from '@elastic/elasticsearch'
import { passageOf, type BulkPassage } from './bulk-pace.ts'
import { bulkWrite, type BulkFailure, type BulkLines, type BulkOutcome } from './bulk-write.ts'

/** How one request went. `oneIsToBlame`: it was refused as a whole, for something in it, and nothing was written. */
export type Passed = BulkOutcome & { passage: BulkPassage; oneIsToBlame: boolean }

/**
 * Sends one request once, and tells instead of throwing when it was too much, when nobody answered, and when something in
 * it was refused.
 * @throws what says neither, for instance that nobody may write
 */
export async function passBulk(
  client: Client,
  indexName: string,
  request: readonly BulkLines[],
): Promise<Passed> {
  const startedAt = performance.now()
  try {
    const outcome = await bulkWrite(client, indexName, request, { maxRetries: 0 })
    const tooMuch = outcome.failed.some(({ status }) => status === 429)
    const passage = tooMuch ? 'refused' : passageOf(performance.now() - startedAt)
    return { ...outcome, passage, oneIsToBlame: false }
  } catch (error) {
    const { status, reason, isUnanswered } = whatIsSaid(error)
    const passed = { written: [], stale: [], oneIsToBlame: false }
    const failed = (retryable: boolean): BulkFailure[] =>
      request.map(({ id }) => ({ id, status, reason, retryable }))
    if (status === 429 || status >= 500)
      return {
        ...{ ...passed, failed: failed(true) },
        passage: isUnanswered ? 'unanswered' : 'refused',
      }
    if (status !== 400 && status !== 413) throw error
    return request.length === 1
      ? { ...passed, passage: 'quick', failed: failed(false) }
      : { ...passed, passage: 'slow', failed: [], oneIsToBlame: true }
  }
}

/** What nobody answered counts as 503. */
function whatIsSaid(error: unknown): { status: number; reason: string; isUnanswered: boolean } {
  if (error instanceof errors.ResponseError)
    return { status: error.statusCode ?? 0, reason: error.message, isUnanswered: false }
  const isUnanswered =
    error instanceof errors.ConnectionError ||
    error instanceof errors.TimeoutError ||
    error instanceof errors.NoLivingConnectionsError
  return isUnanswered
    ? { status: 503, reason: `${error.name}: ${error.message}`, isUnanswered }
    : { status: 0, reason: '', isUnanswered }
}
