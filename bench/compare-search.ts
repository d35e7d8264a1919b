import type { Client } from '@elastic/elasticsearch'
import { isDeepStrictEqual } from 'node:util'
import type { Kysely } from 'kysely'
import type { Database } from '../db/database.ts'
import { readPendingDocuments } from '../db/storefront/documents.ts'
import { forgetProjected } from '../db/storefront/forget-projected.ts'

export type Differences = {
  /** Published documents in PostgreSQL. */
  documents: number
  missing: number
  /** In the index and not published: resurrected, or never deleted. */
  extra: number
  otherVersion: number
  otherContent: number
}

type Held = { version: number; document: object }

/** Compares what PostgreSQL publishes with what the index holds, document by document: version and content. */
export async function compareSearch(
  system: Kysely<Database>,
  client: Client,
  index: string,
): Promise<Differences> {
  await client.indices.refresh({ index })
  const [published, indexed] = [await readPublished(system), await readIndexed(client, index)]
  const differences = { missing: 0, extra: 0, otherVersion: 0, otherContent: 0 }
  for (const [id, { version, document }] of published) {
    const held = indexed.get(id)
    if (!held) differences.missing++
    else if (held.version !== version) differences.otherVersion++
    else if (!isDeepStrictEqual(held.document, document)) differences.otherContent++
  }
  for (const id of indexed.keys()) if (!published.has(id)) differences.extra++
  return { documents: published.size, ...differences }
}

const EVERYTHING = 10_000_000

class Undone extends Error {}

/** Everything is made pending and read as the projection reads it, in a transaction that is undone. */
async function readPublished(system: Kysely<Database>): Promise<Map<string, Held>> {
  const published = new Map<string, Held>()
  const reading = system.transaction().execute(async (trx) => {
    await forgetProjected(trx, 'search')
    for (const { shopProductId, version, document } of await readPendingDocuments(
      trx,
      'search',
      EVERYTHING,
    ))
      if (document) published.set(shopProductId, { version, document: asJson(document) })
    throw new Undone()
  })
  await reading.catch((error: unknown) => {
    if (!(error instanceof Undone)) throw error
  })
  return published
}

const asJson = (value: object) => JSON.parse(JSON.stringify(value)) as object

async function readIndexed(client: Client, index: string): Promise<Map<string, Held>> {
  const indexed = new Map<string, Held>()
  const { id: pit } = await client.openPointInTime({ index, keep_alive: '5m' })
  try {
    for (let after: (string | number)[] | undefined; ;) {
      const { hits } = await client.search<object>({
        pit: { id: pit, keep_alive: '5m' },
        size: 2_000,
        version: true,
        sort: ['_shard_doc'],
        track_total_hits: false,
        ...(after && { search_after: after }),
      })
      for (const { _id, _version, _source } of hits.hits)
        indexed.set(_id!, { version: _version!, document: _source! })
      const last = hits.hits.at(-1)
      if (!last) return indexed
      after = last.sort as (string | number)[]
    }
  } finally {
    await client.closePointInTime({ id: pit })
  }
}
