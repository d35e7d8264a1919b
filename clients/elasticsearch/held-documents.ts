import type { Client } from '@elastic/elasticsearch'
import type { HeldDocument } from '../../domain/storefront/buckets.ts'

const PAGE_SIZE = 2_000
const KEEP_ALIVE = '2m'

/** What the index holds as of now, page after page, without the documents themselves. Refresh it before. */
export async function* scanHeld(client: Client, indexName: string): AsyncGenerator<HeldDocument[]> {
  const { id } = await client.openPointInTime({ index: indexName, keep_alive: KEEP_ALIVE })
  try {
    for (let after: unknown[] | undefined; ;) {
      const { hits } = await client.search({
        pit: { id, keep_alive: KEEP_ALIVE },
        size: PAGE_SIZE,
        sort: ['_shard_doc'],
        ...(after && { search_after: after as number[] }),
        track_total_hits: false,
        version: true,
        _source: false,
        docvalue_fields: ['contentHash'],
      })
      yield hits.hits.map(({ _id, _version, fields }) => ({
        id: _id ?? '',
        version: _version ?? 0,
        contentHash: (fields as { contentHash?: number[] } | undefined)?.contentHash?.[0] ?? null,
      }))
      after = hits.hits.at(-1)?.sort
      if (hits.hits.length < PAGE_SIZE) return
    }
  } finally {
    await client.closePointInTime({ id }).catch(() => {})
  }
}

/**
 * What the index holds of these ids at this very moment, refreshed or not.
 * @throws when that cannot be told of one of them: a shard is not available, or the index is gone
 */
export async function getHeld(
  client: Client,
  indexName: string,
  ids: readonly string[],
): Promise<Map<string, HeldDocument>> {
  if (ids.length === 0) return new Map()
  const { docs } = await client.mget<{ contentHash?: number }>({
    index: indexName,
    ids: [...ids],
    _source_includes: ['contentHash'],
  })
  const held = new Map<string, HeldDocument>()
  for (const doc of docs) {
    if ('error' in doc)
      throw new Error(`${indexName}: ${doc.error.type}: ${doc.error.reason ?? ''}`)
    if (!doc.found) continue
    const { _id: id, _version: version = 0, _source: source } = doc
    held.set(id, { id, version, contentHash: source?.contentHash ?? null })
  }
  return held
}
