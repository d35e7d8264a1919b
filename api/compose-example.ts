import { FIELD_EXAMPLES } from './examples.ts'

/** As much of JSON Schema as our document uses. */
export type Schema = {
  $ref?: string
  type?: string | string[]
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  items?: Schema
  oneOf?: Schema[]
  anyOf?: Schema[]
  allOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  default?: unknown
  example?: unknown
  examples?: unknown[]
  format?: string
  minimum?: number
}

/** Where a schema stands: the component it belongs to, and the field's name. */
type Place = { component: string; field: string }

/**
 * A value as the schema wants it, of the examples of its fields.
 * @throws {Error} naming a text field that has no example
 */
export function composeExample(
  schema: Schema,
  components: Readonly<Record<string, Schema>>,
  place: Place,
): unknown {
  return compose(schema, place, [])

  function compose(schema: Schema, at: Place, within: readonly string[]): unknown {
    const named = schema.$ref?.split('/').at(-1)
    if (named !== undefined) {
      if (within.includes(named)) return undefined
      return compose(components[named]!, { component: named, field: at.field }, [...within, named])
    }
    const given = ownExample(schema, at)
    if (given !== undefined) return given
    const { properties, additionalProperties, items } = schema
    if (schema.allOf) return merged(schema.allOf.map((part) => compose(part, at, within)))
    const alternatives = (schema.oneOf ?? schema.anyOf)?.filter(({ type }) => type !== 'null')
    if (alternatives) return alternatives[0] && compose(alternatives[0], at, within)
    if (properties)
      return objectOf(
        Object.entries(properties).map(([field, one]) => [
          field,
          compose(one, { component: at.component, field }, within),
        ]),
      )
    if (additionalProperties && typeof additionalProperties === 'object') {
      const field = `${at.field}.*`
      const value = compose(additionalProperties, { component: at.component, field }, within)
      return { [keyOf(at.field)]: value }
    }
    if (items) {
      const item = compose(items, at, within)
      return item === undefined ? [] : [item]
    }
    return leaf(schema, at)
  }
}

function ownExample(schema: Schema, { component, field }: Place): unknown {
  if (schema.example !== undefined) return schema.example
  if (schema.examples?.length) return schema.examples[0]
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum.find((value) => value === schema.default) ?? schema.enum[0]
  if (isLeaf(schema))
    for (const name of [`${component}.${field}`, field])
      if (FIELD_EXAMPLES[name] !== undefined && fits(FIELD_EXAMPLES[name], schema))
        return FIELD_EXAMPLES[name]
  return schema.default
}

const isLeaf = ({ properties, items, additionalProperties, $ref, oneOf, anyOf, allOf }: Schema) =>
  !properties && !items && !$ref && !oneOf && !anyOf && !allOf && !additionalProperties

const typesOf = ({ type }: Schema) => (typeof type === 'string' ? [type] : (type ?? []))

function fits(value: unknown, schema: Schema): boolean {
  const types = typesOf(schema)
  if (value === null) return types.includes('null')
  if (typeof value === 'number') return types.includes('integer') || types.includes('number')
  return types.includes(typeof value)
}

function leaf(schema: Schema, { component, field }: Place): unknown {
  const [type] = typesOf(schema).filter((one) => one !== 'null')
  switch (type) {
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, 0)
    case 'boolean':
      return false
    case 'object':
      return {}
    case 'array':
      return []
    case 'string': {
      const example = FORMATS[schema.format ?? '']
      if (example !== undefined) return example
      throw new Error(
        `${component}.${field} has no example: give it one, or add it to api/examples.ts`,
      )
    }
    case undefined:
    default:
      return null
  }
}

const FORMATS: Record<string, string> = {
  'date-time': '2026-11-26T10:00:00.000Z',
  date: '2026-11-26',
  uuid: '0199f0a2-7c1e-4c7e-9d0a-3b7f2f6f5d11',
  uri: 'https://shop.example/catalogue.yml',
  email: 'buyer@example.org',
}

const keyOf = (field: string) => (field === 'columns' ? 'Цена' : 'name')

const objectOf = (entries: [string, unknown][]) =>
  Object.fromEntries(entries.filter(([, value]) => value !== undefined))

const merged = (parts: unknown[]): unknown =>
  Object.assign({}, ...parts.filter((part) => typeof part === 'object'))
