import type { Client } from '@elastic/elasticsearch'
import { writeAlias } from './indices.ts'

/** A document as of `version`; `null` deletes it. */
export type BulkOperation = { id: string; version: number; document: object | null }

/** An operation as it travels: lines of JSON. */
export type BulkLines = { id: string; lines: string[]; bytes: number }

export function toBulkLines({ id, version, document }: BulkOperation): BulkLines {
  const target = { _id: id, version, version_type: 'external' }
  const lines = document
    ? [JSON.stringify({ index: target }), JSON.stringify(document)]
    : [JSON.stringify({ delete: target })]
  return { id, lines, bytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0) }
}

export type BulkFailure = {
  id: string
  status: number
  reason: string
  /** Another try may mend it; otherwise the document is to blame. */
  retryable: boolean
}

/** Ids by what became of them. */
export type BulkOutcome = {
  written: string[]
  /** Left alone: the index holds this version or a newer one. As good as written. */
  stale: string[]
  failed: BulkFailure[]
}

/**
 * Writes and deletes in one request, under external versions, so that repeating or reordering does no harm.
 * @throws what the client throws when the request as a whole failed; nothing is known then, and it may be repeated
 */
export async function bulkWrite(
  client: Client,
  indexName: string,
  operations: readonly BulkLines[],
  { maxRetries }: { maxRetries?: number } = {},
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = { written: [], stale: [], failed: [] }
  if (operations.length === 0) return outcome
  const { items } = await client.bulk(
    {
      index: writeAlias(indexName),
      require_alias: true,
      operations: operations.flatMap(({ lines }) => lines),
    },
    { ...(maxRetries !== undefined && { maxRetries }) },
  )
  for (const item of items) {
    const { _id, status, error } = Object.values(item)[0]!
    const id = _id ?? ''
    if (status === 409) outcome.stale.push(id)
    // Deleting what is not there is answered 404, and remembered as a delete of that version.
    else if (!error) outcome.written.push(id)
    else {
      const reason = `${error.type}: ${error.reason ?? ''}`
      outcome.failed.push({ id, status, reason, retryable: status !== 400 })
    }
  }
  return outcome
}
