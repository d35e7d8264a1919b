import type { Connection } from '@temporalio/client'

/** `IndexedValueType` of temporal/api/enums/v1/common.proto, as far as it is needed here. */
const TYPES = { KEYWORD: 2, DATETIME: 6 } as const

export type SearchAttribute = { name: string; type: keyof typeof TYPES }

/**
 * Declares the search attributes that a namespace lacks; a workflow that sets one that is not declared cannot go on.
 * @throws where that is not for us to do, as in Temporal Cloud: declare them there; and where one is of another type, which
 *   would hold up each workflow that sets it
 */
export async function ensureSearchAttributes(
  connection: Operated,
  namespace: string,
  attributes: readonly SearchAttribute[],
): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
  const typeOf = ({ name }: SearchAttribute): number | undefined => customAttributes?.[name]
  const mistaken = attributes.filter(
    (one) => typeOf(one) !== undefined && typeOf(one) !== TYPES[one.type],
  )
  if (mistaken.length > 0) throw new Error(mistaken.map(remedyOf(namespace)).join('\n'))
  const missing = attributes.filter((one) => typeOf(one) === undefined)
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
    searchAttributes: Object.fromEntries(attributes.map(({ name, type }) => [name, TYPES[type]])),
  })

const remedyOf =
  (namespace: string) =>
  ({ name, type }: SearchAttribute) =>
    `The search attribute ${name} of the namespace ${namespace} is not a ${type}, and workflows that set it would stand still. ` +
    `Remove it, and start again: temporal operator search-attribute remove --namespace ${namespace} --name ${name}`

type Operated = Pick<Connection, 'operatorService'>
