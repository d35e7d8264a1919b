import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installClient } from '../../client/install.ts'
import { testApp } from '../api/app.ts'

const run = promisify(execFile)
const root = path.resolve(import.meta.dirname, '../..')
let folder: string
let said: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'yarmarka-client-'))
  await installClient(folder)
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }')
  await copyFile(path.join(root, 'client/example.ts'), path.join(folder, 'example.ts'))
  said = await compileAll()
}, 180_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What consumers write, by the name of their file. */
const sources = {
  right: `const made = await client.v1['api-keys'].$post({ header: {}, json: { name: 'a', scopes: ['imports:read'] } })
    if (made.ok) { const key: string = (await made.json()).key; console.log(key) }
    const feed = await client.v1.feeds[':id'].$get({ param: { id: '1' } })
    if (feed.status === 200) console.log((await feed.json()).isPublished satisfies boolean)`,
  field: `await client.v1['api-keys'].$post({ header: {}, json: { name: 'a', scopes: [], x: 1 } })`,
  scope: `await client.v1['api-keys'].$post({ header: {}, json: { name: 'a', scopes: ['root'] } })`,
  route: `await client.v1.nothing.$get()`,
  path: `await client.v1.feeds[':id'].$get()`,
  answer: `const r = await client.v1.cities.$get(); if (r.ok) console.log((await r.json()).nothing)`,
}
type Consumer = keyof typeof sources

const HEAD = `import { createClient } from '@yarmarka/client'
const client = createClient({ baseUrl: 'http://localhost', apiKey: 'mk' })\n`

/** What the compiler says of these files, all in one run, as a consumer with strict settings has it. */
async function compileAll(): Promise<string> {
  const files = Object.entries(sources).map(([name, source]) => [`${name}.ts`, HEAD + source])
  for (const [file, source] of files) await writeFile(path.join(folder, file!), source!)
  const args = [
    ...['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024'],
    ...['--typeRoots', path.join(root, 'node_modules/@types'), '--types', 'node'],
    ...files.map(([file]) => file!),
  ]
  return run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), ...args], {
    cwd: folder,
  }).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  )
}

describe('the client', () => {
  it('has types of its own: nothing of the product, nothing unknown', async () => {
    for (const file of ['index.d.ts', 'schema.d.ts']) {
      const types = await readFile(path.join(folder, 'node_modules/@yarmarka/client', file), 'utf8')
      expect(types).not.toMatch(/\.\.\/|import\(|: any\b/)
    }
  })

  it('has every route of the OpenAPI document but the probes, and what carriers call', async () => {
    const document = (await (await testApp().app.request('/openapi.json')).json()) as {
      paths: object
    }
    const types = await readFile(
      path.join(folder, 'node_modules/@yarmarka/client/schema.d.ts'),
      'utf8',
    )
    const isNobodys = (path: string) => /^\/(healthz|readyz|hooks\/.*)$/.test(path)
    for (const route of Object.keys(document.paths).filter((path) => !isNobodys(path)))
      expect(types).toContain(`"${route.replaceAll(/\{(\w+)\}/g, ':$1')}"`)
  })

  it('takes what the API takes', () => {
    const blamed = said.split('\n').flatMap((line) => /^[^\s(]+/.exec(line) ?? [])
    const wrong = Object.keys(sources).filter((name) => name !== 'right')
    expect(blamed.filter((file) => !wrong.includes(file.replace(/\.ts$/, '')))).toEqual([])
  })

  it.each<[string, Consumer]>([
    ['a field that is not there', 'field'],
    ['a scope that is none', 'scope'],
    ['a route that is not there', 'route'],
    ['a path without its name', 'path'],
    ['a field of an answer that is not there', 'answer'],
  ])('refuses %s', (_name, consumer) => {
    expect(said).toContain(`${consumer}.ts(3,`)
  })

  it('runs from node_modules under plain Node, and shows its key', async () => {
    const asked: IncomingMessage[] = []
    const server = createServer((request, response) => {
      asked.push(request)
      const isSearch = request.url!.startsWith('/v1/search')
      response.setHeader('Content-Type', 'application/json')
      response.end(
        JSON.stringify(
          isSearch
            ? { total: 5, items: [{ name: 'Чайник' }] }
            : { items: [{ state: 'completed' }] },
        ),
      )
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { stdout } = await run(
      process.execPath,
      ['example.ts', `http://127.0.0.1:${port}`, 'mk_live_x'],
      { cwd: folder },
    )
    server.close()
    expect(stdout).toBe('5 kettles, first: Чайник; last import: completed\n')
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(
      Array(2).fill('Bearer mk_live_x'),
    )
  })
})
