import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { readSpecification } from './specifications.ts'

type Schema = { [key: string]: unknown }
type Content = { content?: Record<string, { schema?: Schema }> }
type Operation = { requestBody?: Content; responses: Record<string, Content> }
type Document = {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

export type OpenApi = {
  /** What is wrong with a body that is sent; nothing where all is well. */
  request(method: string, path: string, body: unknown): string[]
  /** What is wrong with an answer; so is a field that the vendor does not name. */
  answer(method: string, path: string, status: number, body: unknown): string[]
}

export type Mend = (schemas: Record<string, Schema>) => void

/**
 * Checks bodies by a vendor's OpenAPI (3.0 or 3.1).
 *
 * @param mend corrects the document where the vendor's own examples are against it
 */
export function openApi(file: string, mend: Mend = () => {}): OpenApi {
  const document = parse(readSpecification(file)) as Document
  const { schemas } = document.components
  mend(schemas)
  for (const schema of Object.values(schemas)) clean(schema)
  const strict = structuredClone(schemas)
  for (const schema of Object.values(strict)) close(schema)

  const open = compiler(file, schemas)
  const closed = compiler(`${file}-closed`, strict)

  function operationOf(method: string, path: string): Operation {
    const found = Object.entries(document.paths).find(([template]) => matches(template, path))
    const operation = found?.[1][method.toLowerCase()]
    if (!operation) throw new Error(`${file} has no ${method} ${path}`)
    return operation
  }

  return {
    request(method, path, body) {
      const schema = schemaOf(operationOf(method, path).requestBody)
      return schema ? open(schema, body) : ['no body is taken']
    },
    answer(method, path, status, body) {
      const response = operationOf(method, path).responses[String(status)]
      if (!response) return [`status ${status} is not in the description`]
      const schema = schemaOf(response)
      if (!schema) return []
      // Some lists are described by one of their items.
      const values = schema.type === 'array' ? [body] : [body].flat()
      return values.flatMap((one) => closed(schema, one))
    },
  }
}

/** Longer templates first would be needed only where two match; a `{name}` takes no dot, so that `{uuid}.pdf` is another. */
function matches(template: string, path: string): boolean {
  const pattern = template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/.]+')
  return new RegExp(`^${pattern}$`).test(path)
}

const schemaOf = (body: Content | undefined) => Object.values(body?.content ?? {})[0]?.schema

function compiler(id: string, schemas: Record<string, Schema>) {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false })
  addFormats.default(ajv)
  // Vendors write +0700 where RFC 3339 has +07:00.
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/)
  ajv.addFormat('timestamp', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
  ajv.addSchema({ $id: id, components: { schemas } })
  const known = new Map<string, ValidateFunction>()

  return (schema: Schema, value: unknown): string[] => {
    const text = JSON.stringify(schema)
    const validate = known.get(text) ?? ajv.compile(relative(schema, id))
    known.set(text, validate)
    if (validate(value)) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
}

const relative = (schema: Schema, id: string): Schema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${id}#/`)) as Schema

/** Takes out what JSON Schema does not know: `nullable`, patterns that are none, limits of another type. */
function clean(schema: Schema): void {
  walk(schema, (one) => {
    if (typeof one.pattern === 'string' && /[<']|yyyy/.test(one.pattern)) delete one.pattern
    if (typeof one.type === 'string' && !TYPES.includes(one.type)) delete one.type
    if (one.nullable === true && typeof one.type === 'string') one.type = [one.type, 'null']
    delete one.nullable
    delete one.example
  })
}

const TYPES = ['string', 'integer', 'number', 'boolean', 'object', 'array', 'null']

function close(schema: Schema): void {
  walk(schema, (one) => {
    if (one.properties && one.additionalProperties === undefined) one.additionalProperties = false
  })
}

function walk(schema: unknown, visit: (schema: Schema) => void): void {
  if (typeof schema !== 'object' || schema === null) return
  if (!Array.isArray(schema)) visit(schema as Schema)
  for (const [key, inside] of Object.entries(schema))
    if (key !== 'enum' && key !== 'example') walk(inside, visit)
}
