import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { completeDocument } from '../../api/openapi-document.ts'
import { testApp } from './app.ts'

type Document = {
  openapi: string
  paths: Record<string, Record<string, { responses: Record<string, unknown>; security?: unknown }>>
}

const { app } = testApp()
const readDocument = async () => (await (await app.request('/openapi.json')).json()) as Document

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1', async () => {
    expect(await readDocument()).toMatchObject({ openapi: '3.1.0', info: { title: 'yarmarka' } })
  })

  it('is valid by the meta-schema of OpenAPI 3.1, and refers to nothing that is not there', async () => {
    const validator = new Validator()
    const { valid, errors } = await validator.validate(await readDocument())
    expect(errors).toBeUndefined()
    expect([valid, validator.version]).toEqual([true, '3.1'])
    expect(() => validator.resolveRefs()).not.toThrow()
  })

  it('would not be, with a parameter that is nowhere', async () => {
    const document = await readDocument()
    Object.assign(document.paths['/v1/feeds']!['get']!, { parameters: [{ name: 'x' }] })
    expect((await new Validator().validate(document)).valid).toBe(false)
  })

  it('equals the routes that are served', async () => {
    const { paths } = await readDocument()
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const served = app.routes
      .filter(({ method, path }) => method !== 'ALL' && !/^\/(docs|openapi\.json)/.test(path))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    expect([...new Set(served)].toSorted()).toEqual(described.toSorted())
  })

  it('has the form of an upload, with its file', async () => {
    const { paths } = await readDocument()
    expect(paths['/v1/imports']?.['post']).toMatchObject({
      security: [{ apiKey: ['imports:write'] }],
      requestBody: {
        content: {
          'multipart/form-data': {
            schema: {
              required: ['shopId', 'file'],
              properties: {
                shopId: { type: 'string' },
                format: { enum: ['auto', 'yml', 'csv', 'xlsx', 'xls', 'commerceml'] },
                file: { contentMediaType: 'application/octet-stream' },
              },
            },
          },
        },
      },
    })
  })

  it('tells of 401 and 403 wherever a key is needed', async () => {
    const { paths } = await readDocument()
    for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods)))
      if (operation.security)
        expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403']))
  })
})

describe('every operation', () => {
  type Media = { schema?: { format?: string }; example?: unknown }
  type Operation = {
    operationId?: string
    parameters?: { name: string; example?: unknown }[]
    requestBody?: { content: Record<string, Media> }
    responses: Record<string, { content?: Record<string, Media> }>
  }
  const readOperations = async () => {
    const { paths } = (await readDocument()) as unknown as {
      paths: Record<string, Record<string, Operation>>
    }
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        operation,
      })),
    )
  }

  it('has an example of its body, of each answer and of each parameter', async () => {
    const without: string[] = []
    for (const { name, operation } of await readOperations()) {
      const { parameters = [], requestBody, responses } = operation
      for (const parameter of parameters)
        if (parameter.name !== 'cursor' && parameter.example === undefined)
          without.push(`${name} ${parameter.name}`)
      const bodies = [requestBody, ...Object.values(responses)]
      for (const [type, media] of bodies.flatMap((body) => Object.entries(body?.content ?? {})))
        if (media.example === undefined && !BINARY.test(type)) without.push(`${name} ${type}`)
    }
    expect(without).toEqual([])
  })

  it('has examples that are as its schemas say', async () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats.default(ajv)
    ajv.addSchema((await readDocument()) as AnySchema, 'openapi')
    const wrong: string[] = []
    const check = (name: string, pointer: string, example: unknown) => {
      if (example === undefined) return
      const validate = ajv.compile({ $ref: `openapi#${pointer}/schema` })
      if (!validate(example)) wrong.push(`${name}: ${ajv.errorsText(validate.errors)}`)
    }
    const under = (...names: (string | number)[]) =>
      names.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
    for (const { name, operation } of await readOperations()) {
      const [method = '', path = ''] = name.split(' ')
      const at = under('paths', path, method.toLowerCase())
      const { parameters = [], requestBody, responses } = operation
      for (const [index, { example }] of parameters.entries())
        check(name, at + under('parameters', index), example)
      const contents = [
        ['requestBody', requestBody?.content] as const,
        ...Object.entries(responses).map(
          ([status, { content }]) => [`responses ${status}`, content] as const,
        ),
      ]
      for (const [where, content] of contents)
        for (const [type, media] of Object.entries(content ?? {}))
          if (media.schema)
            check(
              `${name} ${where}`,
              at + under(...where.split(' '), 'content', type),
              media.example,
            )
    }
    expect(wrong).toEqual([])
  })

  it('has a name that no other has', async () => {
    const names = (await readOperations()).map(({ operation }) => operation.operationId)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z0-9]+$/)
  })

  it('tells of 429 with its headers', async () => {
    for (const { name, operation } of await readOperations())
      expect(operation.responses['429'], name).toMatchObject({
        headers: { 'Retry-After': {}, RateLimit: {}, 'RateLimit-Policy': {} },
      })
  })

  it('fails the document when a text of it has no example', () => {
    const schema = { type: 'object', properties: { unheardOf: { type: 'string' } } }
    const document = {
      paths: {
        '/x': { get: { responses: { 200: { content: { 'application/json': { schema } } } } } },
      },
    }
    expect(() => completeDocument(document)).toThrow('GET /x: body.unheardOf has no example')
  })
})

const BINARY = /^(image|application\/(gzip|vnd\.))/

describe('the page at /docs', () => {
  it('needs nothing from another host', async () => {
    const page = await app.request('/docs')
    const html = await page.text()
    expect(page.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//)
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '')
    expect(assets.length).toBeGreaterThan(2)
    for (const path of assets) {
      const asset = await app.request(path)
      expect(asset.status, path).toBe(200)
      expect((await asset.arrayBuffer()).byteLength, path).toBeGreaterThan(0)
    }
  })
})
