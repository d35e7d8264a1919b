import type { Connection } from '@temporalio/client'

/** `INDEXED_VALUE_TYPE_KEYWORD` of temporal/api/enums/v1/common.proto. */
const KEYWORD = 2

export type SearchAttribute = { name: string; type: 'KEYWORD' }

/**
 * Declares the search attributes that a namespace lacks; a workflow that sets one that is not declared cannot go on.
 * @throws where that is not for us to do, as in Temporal Cloud: declare them there
 */
export async function ensureSearchAttributes(
  { operatorService }: Pick<Connection, 'operatorService'>,
  namespace: string,
  attributes: readonly SearchAttribute[],
): Promise<void> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
  const missing = attributes.filter(({ name }) => customAttributes?.[name] === undefined)
  if (missing.length === 0) return
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map(({ name }) => [name, KEYWORD])),
  })
}
