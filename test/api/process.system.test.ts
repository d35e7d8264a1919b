import { spawn } from 'node:child_process'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshObjectStore, type TestObjectStore } from '../support/object-store.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProduct, type ApiProcess, type Product } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { authorised } from './app.ts'
import { severable } from './severable.ts'

/** Nobody listens there. */
const NOWHERE = {
  REDIS_URL: 'redis://127.0.0.1:1',
  ELASTICSEARCH_URL: 'http://127.0.0.1:1',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
}
const YML = '<yml_catalog><shop><offers><offer id="1"/></offers></shop></yml_catalog>'

let database: TestDatabase
let objects: TestObjectStore
let product: Product
let shop: TestShop
let auth: { Authorization: string }

beforeAll(async () => {
  database = await freshDatabase()
  objects = await freshObjectStore()
  product = await openProduct({
    ...inject('stack').env,
    ...database.env,
    ...objects.env,
    ...NOWHERE,
  })
  shop = await createShop(database.owner.db)
  auth = await authorised(database.owner.db, shop.sellerId)
})
afterAll(async () => {
  await product.close()
  objects.close()
  await database.drop()
})

const upload = ({ url }: ApiProcess) => {
  const form = new FormData()
  form.set('shopId', shop.shopId)
  form.set('file', new Blob([YML]), 'feed.yml')
  return fetch(`${url}/v1/imports`, { method: 'POST', headers: auth, body: form })
}

type Answer = { status: number | undefined; isLast: boolean }

const get = (port: number, path: string, agent: Agent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent, headers: auth }, (response) => {
      const isLast = response.headers.connection === 'close'
      text(response).then(() => resolve({ status: response.statusCode, isLast }), reject)
    })
      .on('error', reject)
      .end()
  })

describe('an API process', () => {
  it('starts and takes files while Redis, Elasticsearch and Temporal are away', async () => {
    const api = await product.startApi()
    const ready = await fetch(`${api.url}/readyz`)
    expect(await ready.json()).toMatchObject({
      status: 'degraded',
      dependencies: {
        postgres: { state: 'up' },
        objectStore: { state: 'up' },
        redis: { state: 'down' },
        elasticsearch: { state: 'down' },
        temporal: { state: 'down' },
      },
    })
    expect((await upload(api)).status).toBe(202)
    expect((await fetch(`${api.url}/v1/listings`)).status).toBe(200)
    expect(await api.terminate()).toBe(0)
  })

  it('stores a file in the real object store, byte by byte', async () => {
    const api = await product.startApi()
    const { id } = (await (await upload(api)).json()) as { id: string }
    expect(await text(await objects.store.get(`imports/${id}/source`))).toBe(YML)
    await api.terminate()
  })

  it('leaves on SIGTERM without failing a request of those who keep their connections', async () => {
    const [leaving, staying] = [await product.startApi(), await product.startApi()]
    const statuses: (number | undefined)[] = []
    let isOver = false
    const clients = Array.from({ length: 8 }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      let { port } = leaving
      while (!isOver) {
        const { status, isLast } = await get(port, '/v1/imports', agent)
        statuses.push(status)
        if (isLast) port = staying.port
      }
      agent.destroy()
    })
    const uploads = (async () => {
      const uploaded: number[] = []
      while (!isOver) uploaded.push((await upload(staying)).status)
      return uploaded
    })()
    await until(() => statuses.length > 50)
    expect(await leaving.terminate()).toBe(0)
    const before = statuses.length
    await until(() => statuses.length > before + 50)
    isOver = true
    await Promise.all(clients)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(new Set(await uploads)).toEqual(new Set([202]))
    await staying.terminate()
  })

  it('says 503 and when to come back while PostgreSQL is away, and never more than that', async () => {
    const { hostname, port } = new URL(database.url)
    const line = await severable({ host: hostname, port: Number(port) })
    const through = Object.entries(database.env).map(([name, address]) => {
      const url = new URL(address)
      url.host = `127.0.0.1:${line.port}`
      return [name, url.href]
    })
    const api = await product.startApi({ env: Object.fromEntries(through) })
    await line.sever()
    const answers = await Promise.all([
      fetch(`${api.url}/v1/imports`, { headers: auth }),
      fetch(`${api.url}/readyz`),
    ])
    for (const answer of answers) {
      expect(answer.status).toBe(503)
      expect(answer.headers.get('Retry-After')).toMatch(/^\d+$/)
      expect(await answer.text()).not.toMatch(/database|connection|postgres:/)
    }
    await line.mend()
    await until(async () => (await fetch(`${api.url}/readyz`)).status === 200)
    expect((await fetch(`${api.url}/v1/imports`, { headers: auth })).status).toBe(200)
    await api.terminate()
    await line.sever()
  })

  it('names every mistake of its environment at once, and ends with 1', async () => {
    const child = spawn(process.execPath, ['api/main.ts'], {
      env: { PATH: process.env['PATH'], PORT: 'http', POSTGRES_URL: 'nowhere' },
    })
    const [said, code] = await Promise.all([
      text(child.stderr),
      new Promise((resolve) => child.once('exit', resolve)),
    ])
    expect(code).toBe(1)
    for (const name of ['PORT', 'POSTGRES_URL', 'TEMPORAL_ADDRESS is missing', 'REDIS_URL'])
      expect(said).toContain(name)
    expect(said).not.toContain('    at ')
  })
})
