import { describe, expect, it } from 'vitest'
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
