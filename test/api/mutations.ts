import type { Document, Operation } from '../../api/openapi-document.ts'

type Random = () => number

export type Mutated = {
  method: string
  path: string
  headers: Record<string, string>
  body?: Buffer
}

type Target = { method: string; path: string; operation: Operation }

/** Every operation that wants a key of a seller, but for streams, which do not end by themselves. */
export const targetsOf = ({ paths }: Document): Target[] =>
  Object.entries(paths)
    .filter(([path]) => !path.endsWith('/events'))
    .flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, { security }]) => security?.some(({ apiKey }) => !apiKey?.includes('admin')))
        .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    )

const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  '',
  ' ',
  "'; drop table feed; --",
  "' or '1'='1",
  '../../../etc/passwd',
  'a\r\nSet-Cookie: x=1',
  '\u0000',
  '\ud800',
  '\u202e\ufeff😀',
  'x'.repeat(70_000),
  '9'.repeat(40),
  '-9223372036854775809',
  '0199f0a2-7c1e-4c7e-9d0a-3b7f2f6f5d11',
  '2026-02-30T25:61:61Z',
  '0000-01-01T00:00:00Z',
  'file:///etc/passwd',
  'http://[::ffff:127.0.0.1]/',
  [],
  [[[[]]]],
  {},
  { $ne: null },
  { __proto__: { admin: true } },
  { constructor: { prototype: {} } },
  ['a', 1, null],
]

/** What is there: by the path that it is found below, and by the fields that name it. */
export type Existing = { paths: readonly (readonly [string, string])[]; fields: object }

/** A request that was right by the document's own examples, made wrong in one to three places. */
export function mutated(targets: readonly Target[], existing: Existing, random: Random): Mutated {
  const { method, path, operation } = pick(targets, random)
  const parameters = operation.parameters ?? []
  const [, existingId] = existing.paths.find(([prefix]) => path.startsWith(prefix)) ?? []
  const exampleOf = (name: string) =>
    (name === 'id' ? existingId : undefined) ??
    (existing.fields as Record<string, unknown>)[name] ??
    parameters.find((one) => one.name === name)?.example
  const request = {
    path: path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String(exampleOf(name) ?? '1')),
    ),
    query: new Map<string, string>(
      parameters
        .filter(({ in: place, name }) => place === 'query' && name !== 'cursor')
        .map(({ name }) => [name, encodeURIComponent(String(exampleOf(name)))]),
    ),
    headers: {} as Record<string, string>,
    type: 'application/json',
    body: undefined as Buffer | undefined,
  }
  const json = operation.requestBody?.content?.['application/json']
  let value = withExisting(json?.example, existing.fields)
  const isWrite = method !== 'GET' && method !== 'DELETE'

  for (let times = 1 + Math.floor(random() * 3); times > 0; times--) {
    const kind = Math.floor(random() * 8)
    if (kind === 0) request.path = request.path.replace(/[^/]+$/, () => hostileText(random))
    else if (kind === 1 && request.query.size > 0)
      request.query.set(pick([...request.query.keys()], random), hostileText(random))
    else if (kind === 2) request.query.set(hostileText(random), hostileText(random))
    else if (kind === 3)
      request.headers['Idempotency-Key'] = latin(String(pick(HOSTILE, random))).slice(0, 300)
    else if (kind === 4 && isWrite)
      request.type = pick(
        ['text/xml', 'multipart/form-data', 'application/json; charset=utf-7', ''],
        random,
      )
    else if (isWrite) value = changed(value, random)
  }
  if (isWrite) {
    const text = value === undefined ? '' : JSON.stringify(value)
    request.body = random() < 0.3 ? broken(Buffer.from(text), random) : Buffer.from(text)
    if (request.type) request.headers['Content-Type'] = request.type
  }
  const query = [...request.query].map(([name, one]) => `${name}=${one}`).join('&')
  return {
    method,
    path: request.path + (query && `?${query}`),
    headers: request.headers,
    ...(request.body && { body: request.body }),
  }
}

function withExisting(example: unknown, fields: object): unknown {
  if (typeof example !== 'object' || example === null) return example
  const known = new Map<string, unknown>(Object.entries(fields))
  return JSON.parse(JSON.stringify(example), (name, value: unknown) => known.get(name) ?? value)
}

const pick = <T>(from: readonly T[], random: Random): T => from[Math.floor(random() * from.length)]!

/** For an address: often badly encoded. */
function hostileText(random: Random): string {
  const text = String(JSON.stringify(pick(HOSTILE, random)) ?? '').slice(0, 3_000)
  return pick(
    [() => encodeURIComponent(text.toWellFormed()), () => '%', () => '%ff%00', () => '%c0%80'],
    random,
  )()
}

/** What a header may hold at all: everything else is refused before it is sent. */
const latin = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, '?')

function changed(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.15) return pick(HOSTILE, random)
  const copy = structuredClone(value) as Record<string, unknown>
  const key = pick(Object.keys(copy), random)
  if (key === undefined || random() < 0.2)
    copy[pick(['x', '', '__proto__', 'sellerId', 'id'], random)] = pick(HOSTILE, random)
  else if (random() < 0.2) delete copy[key]
  else copy[key] = changed(copy[key], random)
  return copy
}

/** A byte put in, taken out or changed, the end cut off, or a field given twice. */
function broken(body: Buffer, random: Random): Buffer {
  const at = Math.floor(random() * body.length)
  const [head, tail] = [body.subarray(0, at), body.subarray(at)]
  return pick(
    [
      () => Buffer.concat([head, Buffer.from([Math.floor(random() * 256)]), tail]),
      () => Buffer.concat([head, tail.subarray(1)]),
      () => head,
      () => Buffer.from(body.toString().replace('{', '{"name":1,"name":2,')),
      () => Buffer.concat([head, Buffer.from('[{"a":'.repeat(5_000)), tail]),
    ],
    random,
  )()
}
