import { WorkflowUpdateFailedError } from '@temporalio/client'
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Import } from '../../api/imports/import-view.ts'
import { DeactivationUnconfirmed, ShownAnew } from '../../contracts/integrations.ts'
import type { Database } from '../../db/database.ts'
import { findTableMapping } from '../../db/integrations/table-mappings.ts'
import type { FoundTable } from '../../domain/integrations/table/mapping.ts'
import { createShop, requestImport, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { authorised, testApp } from './app.ts'

let database: TestDatabase
let api: ReturnType<typeof testApp>
let shop: TestShop
let auth: { Authorization: string }
let theirs: { Authorization: string }

beforeAll(async () => {
  database = await freshDatabase()
  shop = await createShop(database.owner.db)
  auth = await authorised(database.owner.db, shop.sellerId)
  const stranger = await createShop(database.owner.db)
  theirs = await authorised(database.owner.db, stranger.sellerId)
})
beforeEach(async () => {
  api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
  // One import of a shop runs at a time.
  await database.owner.db
    .updateTable('import')
    .set({ state: 'completed' })
    .where('state', '=', 'running')
    .execute()
})
afterAll(() => database.drop())

const send = (method: string, path: string, body?: object, headers: object = auth) =>
  api.app.request(path, {
    method,
    headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })

async function importWith(values: Record<string, unknown>): Promise<string> {
  const id = await requestImport(database.owner.db, shop)
  await database.owner.db.updateTable('import').set(values).where('id', '=', id).execute()
  return id
}

const shown = () =>
  importWith({ state: 'awaiting-apply', shown: 2, toCreateCount: 1, toUpdateCount: 1 })

const failure = (type: string) => () =>
  Promise.reject(
    new WorkflowUpdateFailedError('refused', ApplicationFailure.nonRetryable('no', type)),
  )

describe('POST /v1/imports/{id}/apply', () => {
  it('is 202, for the showing that is the newest', async () => {
    const id = await shown()
    const response = await send('POST', `/v1/imports/${id}/apply`)
    expect(response.status).toBe(202)
    expect(response.headers.get('Location')).toBe(`/v1/imports/${id}`)
    expect(api.workflows.applied).toEqual([
      { workflowId: `import:${id}`, shown: 2, confirmDeactivation: false },
    ])
  })

  it('names the showing that was seen, and confirms what goes off sale', async () => {
    const id = await shown()
    await send('POST', `/v1/imports/${id}/apply`, { shown: 1, confirmDeactivation: true })
    expect(api.workflows.applied).toMatchObject([{ shown: 1, confirmDeactivation: true }])
  })

  it('is 400 for a field that nobody knows', async () => {
    const response = await send('POST', `/v1/imports/${await shown()}/apply`, { force: true })
    expect(response.status).toBe(400)
  })

  it('is 401 without a key, 403 without the scope, 404 for a stranger', async () => {
    const path = `/v1/imports/${await shown()}/apply`
    const reader = await authorised(database.owner.db, shop.sellerId, ['imports:read'])
    expect((await send('POST', path, undefined, {})).status).toBe(401)
    expect((await send('POST', path, undefined, reader)).status).toBe(403)
    expect((await send('POST', path, undefined, theirs)).status).toBe(404)
    expect((await send('POST', `/v1/imports/${randomUUID()}/apply`)).status).toBe(404)
  })

  it.each([
    [ShownAnew, /показано другое/],
    [DeactivationUnconfirmed, /confirmDeactivation/],
  ])('is 409 when the workflow refuses: %s', async (type, detail) => {
    api.workflows.onUpdate = failure(type)
    const response = await send('POST', `/v1/imports/${await shown()}/apply`)
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ detail: expect.stringMatching(detail) })
  })

  it('is 409 for an import that does not wait', async () => {
    const id = await importWith({ state: 'running' })
    expect((await send('POST', `/v1/imports/${id}/apply`)).status).toBe(409)
  })

  it('is 409 when the workflow is over', async () => {
    api.workflows.onUpdate = () => Promise.reject(new WorkflowNotFoundError('gone', 'id', 'run'))
    expect((await send('POST', `/v1/imports/${await shown()}/apply`)).status).toBe(409)
  })
})

describe('GET /v1/imports/{id}/diff', () => {
  const differences = [
    { externalId: 'b', row: '2', kind: 'create', fields: {} },
    {
      externalId: 'a',
      row: '7',
      kind: 'update',
      fields: { price_minor: { before: 100, after: 90 } },
    },
    {
      externalId: 'z',
      row: null,
      kind: 'deactivate',
      fields: { active: { before: true, after: false } },
    },
  ] as const

  async function compared() {
    const id = await shown()
    await database.owner.db
      .insertInto('importDiff')
      .values(
        differences.map(({ fields, ...difference }) => ({
          ...difference,
          importId: id,
          sellerId: shop.sellerId,
          fields: JSON.stringify(fields),
        })),
      )
      .execute()
    return id
  }

  it('is 200 page by page, in the order of the file, what it does not name last', async () => {
    const id = await compared()
    const seen: unknown[] = []
    let path: string | undefined = `/v1/imports/${id}/diff?limit=2`
    while (path) {
      const response = await send('GET', path)
      expect(response.status).toBe(200)
      const page = (await response.json()) as { items: unknown[]; nextCursor: string | null }
      seen.push(...page.items)
      path = page.nextCursor
        ? `/v1/imports/${id}/diff?limit=2&cursor=${page.nextCursor}`
        : undefined
    }
    expect(seen).toEqual([
      { row: 2, externalId: 'b', kind: 'create', fields: {} },
      {
        row: 7,
        externalId: 'a',
        kind: 'update',
        fields: { priceMinor: { before: 100, after: 90 } },
      },
      { externalId: 'z', kind: 'deactivate', fields: { active: { before: true, after: false } } },
    ])
  })

  it('is 404 for a stranger, 400 for a forged cursor', async () => {
    const id = await compared()
    expect((await send('GET', `/v1/imports/${id}/diff`, undefined, theirs)).status).toBe(404)
    expect((await send('GET', `/v1/imports/${id}/diff?cursor=x`)).status).toBe(400)
  })
})

describe('PUT /v1/imports/{id}/mapping', () => {
  const foundTable: FoundTable = {
    headers: ['Код', 'Что', 'Почём'],
    fingerprint: `kod-${randomUUID()}`,
    samples: [['1', 'Чайник', '100']],
    proposal: { preset: 'plain', columns: { Код: 'id' }, currency: 'RUB' },
    isCertain: false,
  }
  const columns = { Код: 'id', Что: 'name', Почём: 'price' }
  const asked = () =>
    importWith({ state: 'awaiting-mapping', foundTable: JSON.stringify(foundTable) })

  it('shows what was found until it is told', async () => {
    const response = await send('GET', `/v1/imports/${await asked()}`)
    const { headers, samples, proposal } = foundTable
    expect(await response.json()).toMatchObject({
      state: 'awaiting-mapping',
      table: { headers, samples, proposal },
    })
  })

  it('is 202, keeps the mapping for the next file, and wakes the import', async () => {
    const id = await asked()
    const response = await send('PUT', `/v1/imports/${id}/mapping`, { columns })
    expect(response.status).toBe(202)
    const mapping = { preset: 'plain', columns, currency: 'RUB' }
    expect(await response.json()).toMatchObject({ mapping })
    const { sellerId } = shop
    const { fingerprint } = foundTable
    expect(await findTableMapping(database.owner.db, { sellerId, fingerprint })).toEqual(mapping)
    expect(api.workflows.signals).toEqual([`import:${id} mappingConfirmed`])
  })

  it.each([
    [
      'a column that the file does not have',
      { ...columns, Цвет: 'attribute:Цвет' },
      'columns.Цвет',
    ],
    ['a field that there is not', { ...columns, Что: 'title!' }, 'columns.Что'],
    ['no price', { Код: 'id', Что: 'name' }, 'columns'],
  ])('is 400 for %s', async (_what, given, path) => {
    const response = await send('PUT', `/v1/imports/${await asked()}/mapping`, { columns: given })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ path }] })
    expect(api.workflows.signals).toEqual([])
  })

  it('is 404 for a stranger, 409 for an import that asks nothing', async () => {
    const path = `/v1/imports/${await asked()}/mapping`
    expect((await send('PUT', path, { columns }, theirs)).status).toBe(404)
    const running = await importWith({ state: 'running' })
    expect((await send('PUT', `/v1/imports/${running}/mapping`, { columns })).status).toBe(409)
  })
})

describe('GET /v1/imports/{id}/events', () => {
  const eventsOf = async (response: Response): Promise<Import[]> =>
    [...(await response.text()).matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data!))

  it('tells each change, and ends when the import is over', async () => {
    const id = await importWith({ state: 'running', startedAt: new Date() })
    const response = await send('GET', `/v1/imports/${id}/events`)
    expect(response.headers.get('Content-Type')).toContain('text/event-stream')
    const told = eventsOf(response)
    const set = (values: Partial<Record<keyof Database['import'], unknown>>) =>
      database.owner.db
        .updateTable('import')
        .set(values as never)
        .where('id', '=', id)
        .execute()
    await set({ state: 'completed', createdCount: 3, finishedAt: new Date() })
    const events = await told
    expect(events[0]).toMatchObject({ id, state: 'running' })
    expect(events.at(-1)).toMatchObject({ id, state: 'completed', counts: { created: 3 } })
  })

  it('asks no more when nobody listens any more', async () => {
    let queries = 0
    const counted = database.seller.db.withPlugin({
      transformQuery: ({ node }) => {
        queries++
        return node
      },
      transformResult: async ({ result }) => result,
    })
    api = testApp({ seller: counted, storefront: database.storefront.db })
    const id = await importWith({ state: 'running', startedAt: new Date() })
    const response = await send('GET', `/v1/imports/${id}/events`)
    const reader = response.body!.getReader()
    await reader.read()
    const one = queries
    await until(() => queries > one)
    await reader.cancel()
    const before = queries
    await pause(3 * 500)
    // One look may have begun before.
    expect(queries - before).toBeLessThanOrEqual(1)
  })

  it('says so at once when it is over already', async () => {
    const id = await importWith({ state: 'cancelled', finishedAt: new Date() })
    const response = await send('GET', `/v1/imports/${id}/events`)
    expect(await eventsOf(response)).toMatchObject([{ id, state: 'cancelled' }])
  })

  it('is 404 for a stranger', async () => {
    const id = await importWith({ state: 'running' })
    expect((await send('GET', `/v1/imports/${id}/events`, undefined, theirs)).status).toBe(404)
  })
})

describe('GET /v1/imports/{id}/errors as a workbook', () => {
  const Accept = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

  it('is 200 with what was stored', async () => {
    const id = await importWith({ state: 'completed', reportKey: 'imports/report.xlsx' })
    api.objectStore.objects.set('imports/report.xlsx', Buffer.from('workbook'))
    const response = await send('GET', `/v1/imports/${id}/errors`, undefined, { ...auth, Accept })
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe(Accept)
    expect(await response.text()).toBe('workbook')
  })

  it('is 404 when no row was rejected', async () => {
    const id = await importWith({ state: 'completed' })
    const response = await send('GET', `/v1/imports/${id}/errors`, undefined, { ...auth, Accept })
    expect(response.status).toBe(404)
  })
})

describe('/v1/category-mappings', () => {
  let categoryId: string
  beforeAll(async () => {
    const { id } = await database.owner.db
      .insertInto('category')
      .values({ parentId: null, name: 'Дом', path: [] })
      .returning('id')
      .executeTakeFirstOrThrow()
    categoryId = id
  })
  const list = async () => (await send('GET', `/v1/category-mappings?shopId=${shop.shopId}`)).json()

  it('keeps a choice until it is taken back', async () => {
    const choice = { shopId: shop.shopId, path: 'Кухня > Чайники', categoryId }
    expect((await send('PUT', '/v1/category-mappings', choice)).status).toBe(204)
    expect(await list()).toMatchObject({
      items: [{ path: choice.path, category: { id: categoryId, name: 'Дом' }, chosenBy: 'seller' }],
    })
    const path = encodeURIComponent(choice.path)
    const taken = await send('DELETE', `/v1/category-mappings?shopId=${shop.shopId}&path=${path}`)
    expect(taken.status).toBe(204)
    expect(await list()).toMatchObject({ items: [] })
  })

  it('is 404 for a category that there is not, and for a stranger’s shop', async () => {
    const choice = { shopId: shop.shopId, path: 'Кухня', categoryId: '999999999' }
    expect((await send('PUT', '/v1/category-mappings', choice)).status).toBe(404)
    const mine = { ...choice, categoryId }
    expect((await send('PUT', '/v1/category-mappings', mine, theirs)).status).toBe(404)
  })

  it('is 400 without a shop', async () => {
    expect((await send('GET', '/v1/category-mappings')).status).toBe(400)
  })
})
