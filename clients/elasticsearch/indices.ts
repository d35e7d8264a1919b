import { errors, type Client } from '@elastic/elasticsearch'
import type { SearchIndex } from '../../domain/storefront/search-index.ts'

/** Writers name it and require that it is an alias, so that no write makes an index by accident. */
export const writeAlias = (indexName: string) => `${indexName}-writes`

export type NewIndex = {
  name: string
  /** The alias that readers use, for an index that is read from its first moment. */
  readAs?: string
  /** In place of the index's own settings of these names. */
  settings?: Record<string, unknown>
}

/** Makes a concrete index together with its write alias; one that is there already is left as it is. */
export async function createIndex(
  client: Client,
  index: Pick<SearchIndex, 'settings' | 'mappings'>,
  { name, readAs, settings = {} }: NewIndex,
): Promise<void> {
  try {
    await client.indices.create({
      index: name,
      settings: { ...index.settings, ...settings },
      mappings: index.mappings,
      aliases: { [writeAlias(name)]: {}, ...(readAs && { [readAs]: {} }) },
    })
  } catch (error) {
    if (!isAlreadyThere(error)) throw error
  }
}

const isAlreadyThere = (error: unknown) =>
  error instanceof errors.ResponseError &&
  error.body?.error?.type === 'resource_already_exists_exception'

/** Shows what was written now instead of after the `refresh_interval`. A failure costs no more than that wait. */
export async function showWrites(client: Client, alias: string): Promise<void> {
  await client.indices.refresh({ index: alias }, { maxRetries: 0 }).catch(() => {})
}

/** Gives an index its write alias back, in case that somebody took it. */
export async function ensureWriteAlias(client: Client, indexName: string): Promise<void> {
  await client.indices.putAlias({ index: indexName, name: writeAlias(indexName) })
}

/**
 * Lets an index of another schema take documents of today's: fields that it does not know are kept and not indexed,
 * where `dynamic: strict` would refuse the whole document. One that is gone is none.
 */
export async function tolerateUnknownFields(client: Client, name: string): Promise<void> {
  await client.indices.putMapping({ index: name, dynamic: false }, { ignore: [404] })
}
