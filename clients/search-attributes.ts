import type { Connection } from '@temporalio/client'

/** `INDEXED_VALUE_TYPE_KEYWORD` of temporal/api/enums/v1/common.proto. */
const KEYWORD = 2

export type SearchAttribute = { name: string; type: 'KEYWORD' }

/**
 * Declares the search attributes that a namespace lacks; a workflow that sets one that is not declared cannot go on.
 * @throws where that is not for us to do, as in Temporal Cloud: declare them there
 */
export async function ensureSearchAttributes(
  connection: Operated,
  namespace: string,
  attributes: readonly SearchAttribute[],
): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
  const missing = attributes.filter(({ name }) => customAttributes?.[name] === undefined)
  if (missing.length > 0) await addSearchAttributes(connection, namespace, missing)
}

/** For a namespace that is known to have none of them. */
export const addSearchAttributes = (
  { operatorService }: Operated,
  namespace: string,
  attributes: readonly SearchAttribute[],
) =>
  operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(attributes.map(({ name }) => [name, KEYWORD])),
  })

type Operated = Pick<Connection, 'operatorService'>
