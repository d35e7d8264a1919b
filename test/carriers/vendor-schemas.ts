import { Ajv, type AnySchema, type ValidateFunction } from 'ajv'
import * as addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { areSpecificationsHere, readSpecification } from '../simulator/specifications.ts'

type Document = {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, AnySchema> }
}
type Operation = {
  requestBody?: { content: Record<string, { schema: AnySchema }> }
  responses: Record<string, { content?: Record<string, { schema?: AnySchema }> }>
}

export const readTable = (name: string) => JSON.parse(readSpecification(name)) as string[][]
export const readJson = (name: string) => JSON.parse(readSpecification(name)) as unknown

/** Checks bodies against one of the vendors' documents; where those are not here, nothing is wrong with any. */
export function vendorSchemas(name: string) {
  if (!areSpecificationsHere) return { request: () => [], answer: () => [] }
  const text = readSpecification(name)
  const document = (name.endsWith('.json') ? JSON.parse(text) : parse(text)) as Document
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true })
  addFormats.default.default(ajv)
  for (const format of ['int32', 'int64', 'float', 'double', 'timestamp', 'byte', 'datetime'])
    ajv.addFormat(format, true)
  ajv.addSchema(mended(document) as AnySchema, 'vendor')
  const compiled = new Map<string, ValidateFunction>()

  function problems(pointer: string, body: unknown): string[] {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `vendor#${pointer}` })
    compiled.set(pointer, validate)
    validate(body)
    return (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`)
  }
  const escaped = (path: string) => path.replaceAll('~', '~0').replaceAll('/', '~1')

  return {
    /** What is wrong with the body of a request; nothing when it is right. */
    request(method: string, path: string, body: unknown): string[] {
      const found = document.paths[path]?.[method.toLowerCase()]?.requestBody
      if (!found) return [`${method} ${path} takes no body`]
      const pointer = `/paths/${escaped(path)}/${method.toLowerCase()}/requestBody`
      return problems(`${pointer}/content/application~1json/schema`, body)
    },
    answer(schema: string, body: unknown): string[] {
      return problems(`/components/schemas/${schema}`, body)
    },
  }
}

/** A type and patterns that JSON Schema does not know, and a list of values that has been lost (`["",""]`). */
function mended(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mended)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if ((value as { type?: unknown }).type === 'timestamp') return { ...value, type: 'string' }
  const { pattern, enum: values, ...rest } = value as Record<string, unknown>
  const isForm = typeof pattern === 'string' && /yyyy|HH:mm/.test(pattern)
  const isLost = Array.isArray(values) && values.every((one) => one === '')
  return {
    ...Object.fromEntries(Object.entries(rest).map(([name, one]) => [name, mended(one)])),
    ...(pattern === undefined || isForm ? {} : { pattern }),
    ...(values === undefined || isLost ? {} : { enum: values }),
  }
}
