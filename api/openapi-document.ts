import { composeExample, type Schema } from './compose-example.ts'
import { CONTENT_EXAMPLES, PATH_EXAMPLES } from './examples.ts'
import { PROBLEM_DESCRIPTIONS } from './openapi.ts'
import { problemExample, type ProblemStatus } from './problem.ts'

type MediaType = { schema?: Schema; example?: unknown; examples?: unknown }
type Content = Record<string, MediaType>
type Parameter = {
  name: string
  in: string
  schema?: Schema
  example?: unknown
  examples?: unknown
}
type Response = { description?: string; content?: Content; headers?: Record<string, unknown> }
export type Operation = {
  operationId?: string
  parameters?: Parameter[]
  requestBody?: { content?: Content }
  responses: Record<string, Response>
  security?: Record<string, string[]>[]
}
export type Document = {
  paths: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

/**
 * What every operation has in common, added once: an example of each body, answer and parameter, a name, the failures that the
 * gateway itself gives, and the headers that tell of limits.
 * @throws {Error} naming a field that has no example
 */
export function completeDocument<Doc extends object>(document: Doc): Doc {
  const { paths, components } = document as unknown as Document
  const schemas = components?.schemas ?? {}
  for (const [path, operations] of Object.entries(paths))
    for (const [method, operation] of Object.entries(operations)) {
      try {
        complete({ path, method, operation }, schemas)
      } catch (cause) {
        throw new Error(`${method.toUpperCase()} ${path}: ${(cause as Error).message}`, { cause })
      }
    }
  return document
}

type Described = { path: string; method: string; operation: Operation }

function complete({ path, method, operation }: Described, schemas: Record<string, Schema>) {
  operation.operationId ??= operationIdOf(method, path)
  for (const parameter of operation.parameters ?? []) exemplify(parameter, path, schemas)
  for (const status of gatewayFailures(operation))
    operation.responses[status] ??= problemResponse(status)
  for (const [status, response] of Object.entries(operation.responses)) {
    const isKeyed = operation.security?.length && status.startsWith('2')
    if (status === '429' || isKeyed) response.headers = { ...LIMITED, ...response.headers }
    if (status === '429') response.headers = { ...RETRY_AFTER, ...response.headers }
    for (const [type, media] of Object.entries(response.content ?? {})) {
      if (type === 'application/problem+json')
        media.example ??= problemExample(Number(status) as ProblemStatus)
      else showContent(type, media, schemas)
    }
  }
  for (const [type, media] of Object.entries(operation.requestBody?.content ?? {}))
    showContent(type, media, schemas)
}

/** `GET /v1/feeds/{id}/left-out` → `getFeedsByIdLeftOut`. */
const operationIdOf = (method: string, path: string): string =>
  method +
  path
    .replace(/^\/v1/, '')
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => `by-${name}`)
    .replaceAll(/[^A-Za-z]+([A-Za-z])/g, (_, letter: string) => letter.toUpperCase())

/** What no route says of itself, since none of them is asked. */
function gatewayFailures({ requestBody, security }: Operation): ProblemStatus[] {
  return [
    400,
    ...(security?.length ? ([401, 403] as const) : []),
    ...(requestBody ? ([408, 413, 415] as const) : []),
    429,
    500,
    503,
    504,
  ]
}

const problemResponse = (status: ProblemStatus): Response => ({
  description: PROBLEM_DESCRIPTIONS[status],
  content: {
    'application/problem+json': {
      schema: { $ref: '#/components/schemas/Problem' },
    },
  },
})

function exemplify(parameter: Parameter, path: string, schemas: Record<string, Schema>): void {
  const { name, schema = {} } = parameter
  const [, id] = PATH_EXAMPLES.find(([prefix]) => path.startsWith(prefix)) ?? []
  if (parameter.in === 'path' && id !== undefined) parameter.example ??= id
  // An example of a cursor would be sent by whoever tries the page out.
  else if (name !== 'cursor')
    parameter.example ??= composeExample(schema, schemas, { component: 'query', field: name })
}

function showContent(type: string, media: MediaType, schemas: Record<string, Schema>): void {
  if (media.example !== undefined || media.examples !== undefined || !media.schema) return
  const text = CONTENT_EXAMPLES[type]
  if (text !== undefined) media.example = text
  else if (/^(application\/json|multipart\/form-data)$/.test(type))
    media.example = composeExample(media.schema, schemas, { component: 'body', field: 'body' })
}

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string' },
  example,
})

const LIMITED = {
  RateLimit: header(
    'What is left of each limit: `r` requests, all of them again in `t` seconds (draft-ietf-httpapi-ratelimit-headers-11)',
    '"key";r=1999;t=1, "day";r=4999999;t=1',
  ),
  'RateLimit-Policy': header(
    'The limits: `q` requests in `w` seconds',
    '"key";q=2000;w=2, "day";q=5000000;w=86400',
  ),
}

const RETRY_AFTER = { 'Retry-After': header('Seconds', '1') }
