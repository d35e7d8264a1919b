import type { Client } from '@elastic/elasticsearch'
import { writeAlias } from './indices.ts'

/** A document as of `version`; `null` deletes it. */
export type BulkOperation = { id: string; version: number; document: object | null }

export type BulkFailure = { id: string; status: number; reason: string; retryable: boolean }

export type BulkOutcome = {
  written: number
  /** Left alone: the index holds this version or a newer one. As good as written. */
  stale: number
  failed: BulkFailure[]
}

/**
 * Writes and deletes under external versions, so that repeating or reordering does no harm.
 * @throws what the client throws when the request as a whole failed; nothing is known then, and it may be repeated
 */
export async function bulkWrite(
  client: Client,
  indexName: string,
  operations: readonly BulkOperation[],
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { written: 0, stale: 0, failed: [] }
  if (operations.length === 0) return outcome
  const { items } = await client.bulk({
    index: writeAlias(indexName),
    require_alias: true,
    operations: operations.flatMap(toLines),
  })
  for (const item of items) {
    const { _id, status, error } = Object.values(item)[0]!
    if (status === 409) outcome.stale++
    // Deleting what is not there is answered 404, and remembered as a delete of that version.
    else if (!error) outcome.written++
    else
      outcome.failed.push({
        id: _id ?? '',
        status,
        reason: `${error.type}: ${error.reason ?? ''}`,
        // 404 says that the alias is away.
        retryable: status === 404 || status === 429 || status >= 500,
      })
  }
  return outcome
}

function toLines({ id, version, document }: BulkOperation): object[] {
  const target = { _id: id, version, version_type: 'external' as const }
  return document ? [{ index: target }, document] : [{ delete: target }]
}
