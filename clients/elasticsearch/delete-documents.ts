import type { Client } from '@elastic/elasticsearch'

/** Deletes what has no version of ours; what is not there is left alone. */
export async function deleteDocuments(
  client: Client,
  indexName: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  const operations = ids.map((_id) => ({ delete: { _id } }))
  await client.bulk({ index: indexName, operations })
}
