import { randomUUID } from 'node:crypto'
import { ServiceError, WorkflowUpdateFailedError } from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Import } from '../../api/imports/import-view.ts'
import { insertRowErrors } from '../../db/integrations/row-errors.ts'
import { recordSpans } from '../support/spans.ts'
import { createShop, requestImport, type TestShop } from '../support/marketplace.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'
import { authorised, testApp } from './app.ts'
import { bodyOf, field, file, formRequest, multipart, type Part } from './multipart.ts'

const spans = recordSpans()
let database: TestDatabase
let api: ReturnType<typeof testApp>
let shop: TestShop
let auth: { Authorization: string }
let stranger: TestShop
let theirs: { Authorization: string }

beforeAll(async () => {
  database = await freshDatabase()
  shop = await createShop(database.owner.db)
  stranger = await createShop(database.owner.db)
  auth = await authorised(database.owner.db, shop.sellerId)
  theirs = await authorised(database.owner.db, stranger.sellerId)
})
beforeEach(() => {
  api = testApp({ seller: database.seller.db, storefront: database.storefront.db })
})
afterAll(async () => {
  await database.drop()
  await spans.stop()
})

const YML = `<?xml version="1.0" encoding="windows-1251"?><yml_catalog date="2026-11-23"><shop>
<offers><offer id="1"/></offers></shop></yml_catalog>`
const shopField = () => field('shopId', shop.shopId)

const upload = (parts: Part[], headers: Record<string, string> = {}) =>
  api.app.request('/v1/imports', formRequest(multipart(...parts), { ...auth, ...headers }))
const get = (path: string, headers: Record<string, string> = {}) =>
  api.app.request(`/v1/imports${path}`, { headers: { ...auth, ...headers } })
const cancel = (id: string, headers = auth) =>
  api.app.request(`/v1/imports/${id}/cancel`, { method: 'POST', headers })
const body = async <T = { errors: { path: string }[] }>(response: Response) =>
  (await response.json()) as T
const stored = () => database.owner.db.selectFrom('import').selectAll().execute()

/** What must hold after every refusal. */
async function nothingIsLeft(before: { imports: number }) {
  expect(api.objectStore.objects.size).toBe(0)
  expect(await stored()).toHaveLength(before.imports)
  expect(api.workflows.started).toEqual([])
}

describe('POST /v1/imports', () => {
  it('is 202 with the import, which is stored, recorded with its event, and started', async () => {
    const response = await upload([shopField(), file(YML, 'весна.yml')])
    expect(response.status).toBe(202)
    const started = await body<Import>(response)
    expect(response.headers.get('Location')).toBe(`/v1/imports/${started.id}`)
    expect(started).toMatchObject({
      workflowId: `import:${started.id}`,
      shopId: shop.shopId,
      state: 'queued',
      fileName: 'весна.yml',
      format: 'yml',
      encoding: 'windows-1251',
      mode: 'upsert',
      dryRun: false,
      progress: { bytesRead: 0, bytesTotal: YML.length, rowsRead: 0, rowsPerSecond: 0 },
      counts: { created: 0, updated: 0, unchanged: 0, rejected: 0, deactivated: 0 },
    })

    const key = `imports/${started.id}/source`
    expect(api.objectStore.objects.get(key)?.toString()).toBe(YML)
    const row = (await stored()).find(({ id }) => id === started.id)
    expect(row).toMatchObject({ objectKey: key, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
    const event = await database.owner.db
      .selectFrom('event')
      .selectAll()
      .where('subject', '=', `import:${started.id}`)
      .executeTakeFirstOrThrow()
    expect(event).toMatchObject({ type: 'import.requested', data: { importId: started.id } })
    expect(api.workflows.started).toEqual([
      { type: 'importCatalog', workflowId: `import:${started.id}` },
    ])
  })

  it('takes the fields after the file just as well', async () => {
    const response = await upload([file(YML), field('format', 'yml'), shopField()])
    expect(response.status).toBe(202)
  })

  it('keeps the trace of the request with the import and its event', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const response = await upload([shopField(), file(YML)], { traceparent })
    const { id } = await body<Import>(response)
    const row = (await stored()).find((one) => one.id === id)
    expect(row?.traceParent).toBe(response.headers.get('traceparent'))
    expect(row?.traceParent).toContain('4bf92f3577b34da6a3ce929d0e0e4736')
  })

  it('is 202 though Temporal is away: the relay starts it by its event', async () => {
    api.workflows.onStart = () => Promise.reject(new ServiceError('unavailable'))
    const response = await upload([shopField(), file(YML)])
    expect(response.status).toBe(202)
    expect(api.logged).toMatchObject([{ level: 'warn' }])
  })

  it('is 202 though Temporal does not answer', async () => {
    api.workflows.onStart = () => new Promise(() => {})
    expect((await upload([shopField(), file(YML)])).status).toBe(202)
  })

  it.each([
    ['there is no file', () => [shopField()], 'file'],
    ['there is no shop', () => [file(YML)], 'shopId'],
    ['a field is unknown', () => [shopField(), file(YML), field('colour', 'red')], 'colour'],
    [
      'an address is given beside',
      () => [shopField(), file(YML), field('sourceUrl', 'https://a.ru')],
      'sourceUrl',
    ],
    ['the format is unknown', () => [shopField(), field('format', 'pdf'), file(YML)], 'format'],
    ['two files are given', () => [shopField(), file(YML), file(YML)], 'file'],
  ])('is 400 when %s', async (_name, parts, path) => {
    const before = { imports: (await stored()).length }
    const response = await upload(parts())
    expect(response.status).toBe(400)
    expect((await body(response)).errors[0]?.path).toBe(path)
    await nothingIsLeft(before)
  })

  it('is 401 without a key and 403 without the scope, before the body is read', async () => {
    const reader = await authorised(database.owner.db, shop.sellerId, ['imports:read'])
    for (const [headers, status] of [
      [{}, 401],
      [reader, 403],
    ] as const) {
      const form = bodyOf(multipart(shopField(), file(YML)))
      const response = await api.app.request('/v1/imports', formRequest(form, headers))
      expect(response.status).toBe(status)
      expect(form.locked).toBe(false)
    }
  })

  it.each(['before', 'after'])('is 404 for another seller’s shop %s the file', async (place) => {
    const before = { imports: (await stored()).length }
    const shopId = field('shopId', stranger.shopId)
    const response = await upload(place === 'before' ? [shopId, file(YML)] : [file(YML), shopId])
    expect(response.status).toBe(404)
    await nothingIsLeft(before)
  })

  it.each(['0', '-1', 'abc', '9'.repeat(30)])('is 404 for the shop %s', async (shopId) => {
    expect((await upload([field('shopId', shopId), file(YML)])).status).toBe(404)
  })

  it('is 413 for a file that is too large', async () => {
    const before = { imports: (await stored()).length }
    const large = `${YML}${' '.repeat(1_000_001)}`
    const response = await api.app.request(
      '/v1/imports',
      formRequest(bodyOf(multipart(shopField(), file(large)), { size: 65_536 }), auth),
    )
    expect(response.status).toBe(413)
    await nothingIsLeft(before)
  })

  it('is 415 for a body that is no form', async () => {
    const response = await api.app.request('/v1/imports', {
      method: 'POST',
      headers: { ...auth, 'Content-Type': 'text/xml' },
      body: YML,
    })
    expect(response.status).toBe(415)
  })

  it.each([
    ['an empty file', '', 'empty-file'],
    ['a page of HTML', '<!DOCTYPE html><html></html>', 'html-page'],
    ['an RSS feed', '<rss version="2.0"><channel/></rss>', 'unexpected-root'],
    ['a script', '<?php echo 1 ?><yml_catalog/>', 'php-source'],
    ['its own declarations', '<!DOCTYPE a [<!ENTITY b "c">]><yml_catalog/>', 'internal-dtd'],
    ['a megabyte of <', '<'.repeat(999_999), 'not-xml'],
  ])('is 422 for %s, with nothing stored', async (_name, content, code) => {
    const before = { imports: (await stored()).length }
    const response = await upload([shopField(), file(content, 'yandex.xml')])
    expect(response.status).toBe(422)
    expect(await body(response)).toMatchObject({
      type: '/problems/unreadable-file',
      problem: { code },
    })
    await nothingIsLeft(before)
  })

  it.each([
    ['format', 'commerceml', 422, 'not-supported-yet', 'format'],
    ['mapping', '{', 400, 'validation-failed', 'mapping'],
    ['mapping', '{"columns":{"Код":"name"}}', 400, 'validation-failed', 'mapping.columns'],
    ['mode', 'merge', 400, 'validation-failed', 'mode'],
  ])('refuses %s=%s, wherever it stands: %i', async (name, value, status, code, path) => {
    const before = { imports: (await stored()).length }
    for (const parts of [
      [shopField(), field(name, value), file(YML)],
      [shopField(), file(YML), field(name, value)],
    ]) {
      const response = await upload(parts)
      expect(response.status).toBe(status)
      const { errors, ...problem } = await body<{ type: string; errors: { path: string }[] }>(
        response,
      )
      expect(problem).toMatchObject({ type: `/problems/${code}` })
      expect(errors[0]).toMatchObject({ path })
    }
    await nothingIsLeft(before)
  })

  it('keeps the mode, the dry run and the mapping', async () => {
    const mapping = { columns: { Код: 'id', Название: 'name', Цена: 'price' } }
    const response = await upload([
      shopField(),
      field('mode', 'replace'),
      field('dryRun', 'true'),
      field('mapping', JSON.stringify(mapping)),
      file('Код;Название;Цена\n1;Чайник;100\n', 'goods.csv'),
    ])
    expect(response.status).toBe(202)
    expect(await body<Import>(response)).toMatchObject({
      format: 'csv',
      mode: 'replace',
      dryRun: true,
      mapping: { ...mapping, preset: 'plain', currency: 'RUB' },
    })
  })

  it('is 503 when the object store is away', async () => {
    api.objectStore.put = () =>
      Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))
    const response = await upload([shopField(), file(YML)])
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('2')
  })

  it('leaves nothing of a sender who disconnects', async () => {
    const before = { imports: (await stored()).length }
    const half = multipart(shopField(), file(YML.padEnd(200_000))).subarray(0, 150_000)
    const gone = Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
    const form = bodyOf(half, { size: 10_000, end: gone })
    await api.app.request('/v1/imports', formRequest(form, auth))
    await nothingIsLeft(before)
  })

  it('removes the object when the import cannot be recorded', async () => {
    const { app, objectStore } = api
    const put = objectStore.put
    objectStore.put = async (key, bytes) => {
      await put(key, bytes)
      await database.owner.db
        .updateTable('idempotencyKey')
        .set({ claimedUntil: new Date(0) })
        .where('key', '=', 'stolen')
        .execute()
    }
    const form = multipart(shopField(), file(YML))
    const response = await app.request(
      '/v1/imports',
      formRequest(form, { ...auth, 'Idempotency-Key': 'stolen' }),
    )
    expect(response.status).toBe(409)
    expect(objectStore.objects.size).toBe(0)
  })
})

describe('POST /v1/imports with an Idempotency-Key', () => {
  it('answers the same again and stores nothing twice, however the form is ordered', async () => {
    const headers = { 'Idempotency-Key': randomUUID() }
    const first = await upload([shopField(), file(YML)], headers)
    const again = await upload([file(YML), shopField()], headers)
    expect(again.status).toBe(202)
    expect(again.headers.get('Location')).toBe(first.headers.get('Location'))
    expect(await body(again)).toEqual(await body(first))
    expect(api.objectStore.objects.size).toBe(1)
  })

  it.each([
    ['another file', () => [shopField(), file(`${YML} `)]],
    ['another field', () => [shopField(), field('format', 'yml'), file(YML)]],
  ])('is 422 for %s', async (_name, parts) => {
    const headers = { 'Idempotency-Key': randomUUID() }
    await upload([shopField(), file(YML)], headers)
    const response = await upload(parts(), headers)
    expect(response.status).toBe(422)
    expect(await body(response)).toMatchObject({ type: '/problems/idempotency-mismatch' })
  })

  it('is 409 while the first is being uploaded, and free again when that breaks off', async () => {
    const headers = { ...auth, 'Idempotency-Key': randomUUID() }
    const form = multipart(shopField(), file(YML.padEnd(200_000)))
    const gone = Promise.withResolvers<void>()
    const slow = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(form.subarray(0, 150_000)),
      async pull(controller) {
        await gone.promise
        controller.error(new Error('aborted'))
      },
    })
    const reading = Promise.withResolvers<void>()
    const put = api.objectStore.put
    api.objectStore.put = (key, bytes) => {
      reading.resolve()
      return put(key, bytes)
    }
    const first = api.app.request('/v1/imports', formRequest(slow, headers))
    await reading.promise
    expect((await upload([shopField(), file(YML)], headers)).status).toBe(409)
    gone.resolve()
    expect((await first).status).toBe(400)
    expect((await upload([shopField(), file(YML)], headers)).status).toBe(202)
  })
})

describe('GET /v1/imports', () => {
  it('pages through the seller’s imports, the newest first, each once', async () => {
    const fresh = await createShop(database.owner.db)
    const key = await authorised(database.owner.db, fresh.sellerId)
    // Made in one transaction: the same instant to the microsecond.
    const ids = await database.owner.db.transaction().execute(async (trx) => {
      const made: string[] = []
      for (let count = 0; count < 5; count++) made.push(await requestImport(trx, fresh))
      return made
    })
    const newest = await requestImport(database.owner.db, fresh)

    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const response = await get(`?limit=2${cursor && `&cursor=${cursor}`}`, key)
      expect(response.status).toBe(200)
      const page = await body<{ items: Import[]; nextCursor: string | null }>(response)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    }
    expect(seen[0]).toBe(newest)
    expect(seen).toHaveLength(6)
    expect(seen.slice(1).toSorted()).toEqual(ids.toSorted())
  })

  it('is empty for who has none, and never another seller’s', async () => {
    await requestImport(database.owner.db, shop)
    const nobody = await authorised(
      database.owner.db,
      (await createShop(database.owner.db)).sellerId,
    )
    expect(await body(await get('', nobody))).toEqual({ items: [], nextCursor: null })
  })

  it.each(['x', 'WyIxIiwiMiJd', 'WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTkiLCJhIl0'])(
    'is 400 for the forged cursor %s',
    async (cursor) => {
      expect((await get(`?cursor=${cursor}`)).status).toBe(400)
    },
  )

  it('is 401 without a key and 403 without the scope', async () => {
    expect((await api.app.request('/v1/imports')).status).toBe(401)
    const writer = await authorised(database.owner.db, shop.sellerId, ['imports:write'])
    expect((await get('', writer)).status).toBe(403)
  })
})

describe('GET /v1/imports/{id}', () => {
  it('is 200 with the progress, the speed of reading and the counts', async () => {
    const id = await requestImport(database.owner.db, shop, { key: 'k', bytes: 5000 })
    await database.owner.db
      .updateTable('import')
      .set({
        state: 'completed',
        bytesRead: 5000,
        rowsRead: 600,
        createdCount: 590,
        rejectedCount: 10,
        startedAt: '2026-11-23T10:00:00Z',
        readAt: '2026-11-23T10:00:02Z',
        finishedAt: '2026-11-23T10:01:00Z',
      })
      .where('id', '=', id)
      .execute()
    const response = await get(`/${id}`)
    expect(response.status).toBe(200)
    expect(await body(response)).toMatchObject({
      state: 'completed',
      progress: { bytesRead: 5000, bytesTotal: 5000, rowsRead: 600, rowsPerSecond: 300 },
      counts: { created: 590, updated: 0, unchanged: 0, rejected: 10, deactivated: 0 },
      finishedAt: '2026-11-23T10:01:00.000Z',
    })
  })

  it('tells why the file failed, and where, in the language of the reader', async () => {
    const id = await requestImport(database.owner.db, shop)
    const problem = { code: 'malformed-xml', line: 7, column: 12, params: { defect: 'truncated' } }
    await database.owner.db
      .updateTable('import')
      .set({ state: 'failed', problem: JSON.stringify(problem) })
      .where('id', '=', id)
      .execute()
    const inEnglish = await body<Import>(await get(`/${id}`, { 'Accept-Language': 'en' }))
    expect(inEnglish.problem).toMatchObject({ code: 'malformed-xml', line: 7, column: 12 })
    expect(inEnglish.problem?.detail).toContain('(line 7, column 12)')
    expect((await body<Import>(await get(`/${id}`))).problem?.detail).toContain('строка 7')
  })

  it('has words for our own failure too', async () => {
    const id = await requestImport(database.owner.db, shop)
    await database.owner.db
      .updateTable('import')
      .set({ state: 'failed', problem: JSON.stringify({ code: 'internal' }) })
      .where('id', '=', id)
      .execute()
    expect((await body<Import>(await get(`/${id}`))).problem?.code).toBe('internal')
  })

  it('is 404 when it is unknown, malformed, or another seller’s', async () => {
    const id = await requestImport(database.owner.db, shop)
    expect((await get(`/${id}`, theirs)).status).toBe(404)
    expect((await get(`/${randomUUID()}`)).status).toBe(404)
    expect((await get('/not-an-id')).status).toBe(404)
  })
})

describe('GET /v1/imports/{id}/errors', () => {
  let id: string
  beforeAll(async () => {
    id = await requestImport(database.owner.db, shop)
    await insertRowErrors(database.owner.db, { importId: id, sellerId: shop.sellerId }, [
      {
        row: 3,
        line: 40,
        externalId: 'A-1',
        field: 'price',
        code: 'price-invalid',
        level: 'error',
        value: '=cmd()',
      },
      {
        row: 4,
        externalId: 'B, "2"',
        field: 'url',
        code: 'url-invalid',
        level: 'warning',
        value: 'x',
      },
      { row: 5, code: 'id-missing', level: 'error' },
    ])
  })

  it('is 200 with a page of them, in words', async () => {
    const response = await get(`/${id}/errors?limit=2`, { 'Accept-Language': 'en' })
    expect(response.status).toBe(200)
    const { items, nextCursor } = await body<{ items: unknown[]; nextCursor: string }>(response)
    expect(items).toEqual([
      {
        row: 3,
        line: 40,
        externalId: 'A-1',
        level: 'error',
        field: 'price',
        code: 'price-invalid',
        message: expect.stringContaining('is not a number'),
        value: '=cmd()',
      },
      expect.objectContaining({ row: 4, level: 'warning' }),
    ])
    const rest = await get(`/${id}/errors?limit=2&cursor=${nextCursor}`)
    expect(await body(rest)).toMatchObject({
      items: [{ row: 5, message: expect.stringContaining('Не указан id') }],
      nextCursor: null,
    })
  })

  it('is CSV for who asks for it: all of it, quoted, with formulas disarmed', async () => {
    const response = await get(`/${id}/errors`, { Accept: 'text/csv', 'Accept-Language': 'en' })
    expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
    expect(response.headers.get('Content-Disposition')).toContain('attachment')
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
    const lines = bytes.toString().slice(1).split('\r\n')
    expect(lines[0]).toBe('row,line,externalId,level,field,code,message,value')
    expect(lines[1]).toMatch(/^3,40,A-1,error,price,price-invalid,.*,'=cmd\(\)$/)
    expect(lines[2]).toContain('4,,"B, ""2""",warning')
    expect(lines).toHaveLength(5)
  })

  it('is CSV of any length, fetched page by page', async () => {
    const long = await requestImport(database.owner.db, shop)
    await insertRowErrors(
      database.owner.db,
      { importId: long, sellerId: shop.sellerId },
      Array.from({ length: 2500 }, (_, at) => ({
        row: at + 1,
        code: 'id-missing',
        level: 'error' as const,
      })),
    )
    const csv = await (await get(`/${long}/errors`, { Accept: 'text/csv' })).text()
    const rows = csv.trim().split('\r\n').slice(1)
    expect(rows.map((line) => Number(line.split(',')[0]))).toEqual(
      Array.from({ length: 2500 }, (_, at) => at + 1),
    )
  })

  it.each([
    ['*/*', 'application/json'],
    ['application/json, text/csv', 'application/json'],
    ['text/*', 'text/csv'],
  ])('takes Accept: %s for %s', async (accept, type) => {
    const response = await get(`/${id}/errors`, { Accept: accept })
    expect(response.headers.get('Content-Type')).toContain(type)
  })

  it('is 406 for a representation that is not there', async () => {
    expect((await get(`/${id}/errors`, { Accept: 'image/png' })).status).toBe(406)
  })

  it('is 400 for a forged cursor and 404 for another seller', async () => {
    expect((await get(`/${id}/errors?cursor=WyJhIl0`)).status).toBe(400)
    expect((await get(`/${id}/errors`, theirs)).status).toBe(404)
  })
})

describe('POST /v1/imports/{id}/cancel', () => {
  it('is 202 when the workflow takes it, started for it if need be', async () => {
    const id = await requestImport(database.owner.db, shop)
    api.workflows.onUpdate = async () => {
      await database.owner.db
        .updateTable('import')
        .set({ state: 'cancelled' })
        .where('id', '=', id)
        .execute()
    }
    const response = await cancel(id)
    expect(response.status).toBe(202)
    expect(response.headers.get('Location')).toBe(`/v1/imports/${id}`)
    expect(await body(response)).toMatchObject({ id, state: 'cancelled' })
    expect(api.workflows.updates).toBe(1)
  })

  it('is 202 again for what is cancelled, without asking anybody', async () => {
    const id = await requestImport(database.owner.db, shop)
    const { db } = database.owner
    await db.updateTable('import').set({ state: 'cancelled' }).where('id', '=', id).execute()
    expect((await cancel(id)).status).toBe(202)
    expect(api.workflows.updates).toBe(0)
  })

  it.each(['completed', 'failed'] as const)('is 409 for what is %s', async (state) => {
    const id = await requestImport(database.owner.db, shop)
    await database.owner.db.updateTable('import').set({ state }).where('id', '=', id).execute()
    const response = await cancel(id)
    expect(response.status).toBe(409)
    expect(await body(response)).toMatchObject({ detail: 'Импорт уже завершён.' })
  })

  it('is 409 when rows are being applied', async () => {
    const id = await requestImport(database.owner.db, shop)
    const refusal = new WorkflowUpdateFailedError('refused', new Error('ImportBeyondCancel'))
    api.workflows.onUpdate = () => Promise.reject(refusal)
    const response = await cancel(id)
    expect(response.status).toBe(409)
    expect(await body(response)).toMatchObject({ detail: expect.stringContaining('применяются') })
  })

  it('is 409 when the workflow has just ended', async () => {
    const id = await requestImport(database.owner.db, shop)
    api.workflows.onUpdate = () =>
      Promise.reject(new WorkflowNotFoundError('gone', `import:${id}`, undefined))
    expect((await cancel(id)).status).toBe(409)
  })

  it('is 503 when Temporal is away', async () => {
    const id = await requestImport(database.owner.db, shop)
    api.workflows.onUpdate = () => Promise.reject(new ServiceError('unavailable'))
    const response = await cancel(id)
    expect(response.status).toBe(503)
    expect(response.headers.get('Retry-After')).toBe('2')
  })

  it('is 404 for another seller’s, and 403 without the scope', async () => {
    const id = await requestImport(database.owner.db, shop)
    expect((await cancel(id, theirs)).status).toBe(404)
    const reader = await authorised(database.owner.db, shop.sellerId, ['imports:read'])
    expect((await cancel(id, reader)).status).toBe(403)
  })
})
