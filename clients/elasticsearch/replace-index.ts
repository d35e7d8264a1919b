import type { Client } from '@elastic/elasticsearch'
import type { SearchIndex } from '../../domain/storefront/search-index.ts'

const BATCH = 2_000

/**
 * Fills a new index with `documents` and puts it behind the alias in the place of those before, which go: readers see
 * all of the old or all of the new. An index that an interrupted attempt has left goes too.
 */
export async function replaceIndex(
  client: Client,
  { alias, settings, mappings }: Omit<SearchIndex, 'version'>,
  documents: readonly object[],
): Promise<void> {
  const index = `${alias}-${Date.now()}`
  await client.indices.create({ index, settings, mappings })
  for (let from = 0; from < documents.length; from += BATCH) {
    const operations = documents
      .slice(from, from + BATCH)
      .flatMap((document) => [{ index: {} }, document])
    const { errors, items } = await client.bulk({ index, operations })
    if (errors) {
      const failed = items.find((item) => item.index?.error)?.index?.error
      throw new Error(`${index} could not be filled: ${failed?.type}: ${failed?.reason ?? ''}`)
    }
  }
  await client.indices.forcemerge({ index, max_num_segments: 1 })
  await client.indices.refresh({ index })
  const before = Object.keys(await client.indices.get({ index: `${alias}-*` })).filter(
    (name) => name !== index && /^\d+$/.test(name.slice(alias.length + 1)),
  )
  await client.indices.updateAliases({
    actions: [
      { add: { index, alias } },
      ...before.map((name) => ({ remove_index: { index: name } })),
    ],
  })
}
