import { errors, type Client } from '@elastic/elasticsearch'

/** Lets the alias lead to this index and to no other, in one step: no search sees none or two. */
export async function pointAlias(client: Client, alias: string, indexName: string): Promise<void> {
  const others = (await holdersOf(client, alias)).filter((holder) => holder !== indexName)
  await client.indices.updateAliases({
    actions: [
      ...others.map((index) => ({ remove: { index, alias } })),
      { add: { index: indexName, alias } },
    ],
  })
}

async function holdersOf(client: Client, alias: string): Promise<string[]> {
  try {
    return Object.keys(await client.indices.getAlias({ name: alias }))
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === 404) return []
    throw error
  }
}

/** Done when it is not there. */
export async function deleteIndex(client: Client, indexName: string): Promise<void> {
  await client.indices.delete({ index: indexName }, { ignore: [404] })
}
