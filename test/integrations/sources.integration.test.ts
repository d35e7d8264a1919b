import { MockActivityEnvironment } from '@temporalio/testing'
import { createHash, randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSourcesActivities } from '../../activities/integrations/sources.ts'
import { ObjectNotFound } from '../../clients/object-store.ts'
import { createOutbound } from '../../clients/outbound/outbound.ts'
import type { ImportProblem } from '../../db/integrations/import-tables.ts'
import { finishImport, lockImport, recordProblem } from '../../db/integrations/imports.ts'
import { settleSource } from '../../db/integrations/source-runs.ts'
import { startOutside, type Outside } from '../outbound/outside.ts'
import { createShop, type TestShop } from '../support/marketplace.ts'
import { freshObjectStore, type TestObjectStore } from '../support/object-store.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'

const MAX_BYTES = 100_000
const LAST_TRY = 4
const outbound = createOutbound({ allowedPrivateNetworks: ['127.0.0.2/32'] })
let database: TestDatabase
let objects: TestObjectStore
let site: Outside
let trap: Outside
let shop: TestShop

beforeAll(async () => {
  database = await freshDatabase()
  objects = await freshObjectStore()
  site = await startOutside('127.0.0.2')
  trap = await startOutside('127.0.0.1')
})
beforeEach(async () => {
  shop = await createShop(database.owner.db)
  site.answer = (_request, response) => void response.end(feed())
})
afterAll(async () => {
  objects.close()
  await Promise.all([database.drop(), site.close(), trap.close(), outbound.close()])
})

const feed = (more = '') =>
  `<?xml version="1.0" encoding="windows-1251"?><yml_catalog><shop>${more}</shop></yml_catalog>`
const digestOf = (content: string) => createHash('sha256').update(content).digest('hex')
const siteUrl = (path = '/feed.xml') => `http://127.0.0.2:${site.port}${path}`

const activities = () =>
  createSourcesActivities({
    system: database.system.db,
    objectStore: objects.store,
    outbound,
    maxBytes: MAX_BYTES,
  })
const environment = (attempt = 1) => new MockActivityEnvironment({ attempt })
const objectOf = async (importId: string) =>
  text(await objects.store.get(`imports/${importId}/source`))
const importRow = (id: string) =>
  database.owner.db.selectFrom('import').selectAll().where('id', '=', id).executeTakeFirst()
const imports = () =>
  database.owner.db.selectFrom('import').selectAll().where('sellerId', '=', shop.sellerId).execute()

describe('fetchSource', () => {
  const request = async (sourceUrl: string | null = siteUrl()) => {
    const id = randomUUID()
    await database.owner.db
      .insertInto('import')
      .values({
        ...{ id, sellerId: shop.sellerId, shopId: shop.shopId, sourceUrl },
        ...{ objectKey: `imports/${id}/source`, bytesTotal: 0 },
      })
      .execute()
    return id
  }
  const fetchSource = (importId: string, attempt?: number) =>
    environment(attempt).run(activities().fetchSource, { importId })

  it('brings the file into the object store, and what it is into the import', async () => {
    const importId = await request()
    expect(await fetchSource(importId)).toBe('fetched')
    expect(await objectOf(importId)).toBe(feed())
    expect(await importRow(importId)).toMatchObject({
      format: 'yml',
      encoding: 'windows-1251',
      bytesTotal: String(feed().length),
      sha256: digestOf(feed()),
      problem: null,
    })
  })

  it('unpacks what the site packs', async () => {
    site.answer = (_request, response) =>
      void response.setHeader('Content-Encoding', 'gzip').end(gzipSync(feed()))
    const importId = await request()
    expect(await fetchSource(importId)).toBe('fetched')
    expect(await objectOf(importId)).toBe(feed())
  })

  it('asks the site once, however often it is run, and nobody for a file that was uploaded', async () => {
    const importId = await request()
    let asked = 0
    site.answer = (_request, response) => {
      asked++
      response.end(feed())
    }
    await fetchSource(importId)
    expect(await fetchSource(importId, 2)).toBe('fetched')
    expect(await fetchSource(await request(null))).toBe('fetched')
    expect(asked).toBe(1)
  })

  it.each<[string, Outside['answer'], ImportProblem]>([
    [
      'that is not there',
      (_request, response) => void response.writeHead(404).end('no such page'),
      { code: 'source-http-status', params: { status: 404 } },
    ],
    [
      'that is a page',
      (_request, response) => void response.end('<!doctype html><html></html>'),
      { code: 'html-page' },
    ],
    [
      'that is too large',
      (_request, response) => void response.end(feed(' '.repeat(MAX_BYTES))),
      { code: 'source-too-large', params: { most: MAX_BYTES } },
    ],
    [
      'that grows beyond the limit after it looked well',
      (_request, response) => {
        response.write(feed().slice(0, -14).padEnd(70_000))
        response.end(' '.repeat(MAX_BYTES))
      },
      { code: 'source-too-large', params: { most: MAX_BYTES } },
    ],
    [
      'behind a redirect into the private network',
      (_request, response) =>
        void response.writeHead(302, { location: `http://127.0.0.1:${trap.port}/` }).end(),
      { code: 'source-redirect', params: { redirectsTo: expect.stringMatching(/^http:..127/) } },
    ],
  ])('refuses a file %s, and keeps nothing of it', async (_what, answer, problem) => {
    site.answer = answer
    const importId = await request()
    expect(await fetchSource(importId)).toBe('refused')
    expect(await importRow(importId)).toMatchObject({ problem, sha256: null })
    await expect(objectOf(importId)).rejects.toThrow(ObjectNotFound)
    expect(trap.connections).toBe(0)
  })

  it('refuses an address of the private network without a connection', async () => {
    const importId = await request(`http://127.0.0.1:${trap.port}/feed.xml`)
    expect(await fetchSource(importId)).toBe('refused')
    expect((await importRow(importId))?.problem).toEqual({ code: 'source-blocked' })
    expect(trap.connections).toBe(0)
  })

  it('tries again what may pass, at the site’s pace, and refuses it the last time', async () => {
    site.answer = (_request, response) => void response.writeHead(503, { 'Retry-After': 7 }).end()
    const importId = await request()
    await expect(fetchSource(importId)).rejects.toMatchObject({
      ...{ type: 'SourceUnavailable', nonRetryable: false, nextRetryDelay: 7_000 },
    })
    expect((await importRow(importId))?.problem).toBeNull()
    expect(await fetchSource(importId, LAST_TRY)).toBe('refused')
    expect((await importRow(importId))?.problem).toEqual({
      ...{ code: 'source-http-status', params: { status: 503 } },
    })
  })

  it('ends at once and keeps nothing when it is cancelled', async () => {
    const env = environment()
    site.answer = (_request, response) => {
      response.write(feed().slice(0, -14).padEnd(70_000))
      setImmediate(() => env.cancel())
    }
    const importId = await request()
    await expect(env.run(activities().fetchSource, { importId })).rejects.toThrow()
    await expect(objectOf(importId)).rejects.toThrow(ObjectNotFound)
    expect((await importRow(importId))?.problem).toBeNull()
  })
})

describe('fetchFromSource', () => {
  const create = async (url = siteUrl()) => {
    const { id } = await database.owner.db
      .insertInto('importSource')
      .values({
        ...{ id: randomUUID(), sellerId: shop.sellerId, shopId: shop.shopId },
        ...{ url, intervalMinutes: 15 },
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  }
  const run = (sourceId: string, importId: string = randomUUID(), attempt?: number) =>
    environment(attempt).run(activities().fetchFromSource, { sourceId, importId })
  const sourceRow = (id: string) =>
    database.owner.db
      .selectFrom('importSource')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
  /** As `closeImport` does. */
  const close = (importId: string, state: 'completed' | 'failed' | 'cancelled') =>
    database.system.db.transaction().execute(async (trx) => {
      const imported = await lockImport(trx, importId)
      if (state === 'failed') await recordProblem(trx, importId, { code: 'malformed-xml' })
      if (await finishImport(trx, importId, state)) await settleSource(trx, imported, state)
    })
  const events = (subject: string) =>
    database.owner.db.selectFrom('event').select('type').where('subject', '=', subject).execute()

  it('requests an import of what is new, with the file in place', async () => {
    const sourceId = await create(siteUrl('/export/feed.xml?key=1'))
    const importId = randomUUID()
    expect(await run(sourceId, importId)).toBe('imported')
    expect(await objectOf(importId)).toBe(feed())
    expect(await importRow(importId)).toMatchObject({
      ...{ sourceId, state: 'queued', mode: 'upsert', fileName: 'feed.xml', format: 'yml' },
      sha256: digestOf(feed()),
    })
    expect(await events(`import:${importId}`)).toEqual([{ type: 'import.requested' }])
    expect(await sourceRow(sourceId)).toMatchObject({
      ...{ lastImportId: importId, lastOutcome: 'imported' },
    })
  })

  it('requests it once when its first attempt was taken for lost', async () => {
    const sourceId = await create()
    const importId = randomUUID()
    await run(sourceId, importId)
    expect(await run(sourceId, importId, 2)).toBe('imported')
    expect(await imports()).toHaveLength(1)
    expect(await events(`import:${importId}`)).toHaveLength(1)
  })

  it('is busy while the import before goes on', async () => {
    const sourceId = await create()
    await run(sourceId)
    expect(await run(sourceId)).toBe('busy')
    expect(await imports()).toHaveLength(1)
  })

  it('imports nothing when the site says that nothing has changed', async () => {
    const asked: unknown[] = []
    site.answer = ({ headers }, response) => {
      const known = { etag: headers['if-none-match'], since: headers['if-modified-since'] }
      asked.push(known)
      response.setHeader('ETag', '"v1"').setHeader('Last-Modified', 'Mon, 23 Nov 2026 10:00:00 GMT')
      response.writeHead(known.etag === '"v1"' ? 304 : 200).end(known.etag ? undefined : feed())
    }
    const sourceId = await create()
    const importId = randomUUID()
    await run(sourceId, importId)
    await close(importId, 'completed')
    expect(await run(sourceId)).toBe('unchanged')
    expect(asked).toEqual([{}, { etag: '"v1"', since: 'Mon, 23 Nov 2026 10:00:00 GMT' }])
    expect(await imports()).toHaveLength(1)
    expect(await sourceRow(sourceId)).toMatchObject({ lastOutcome: 'unchanged', failures: 0 })
  })

  it('imports nothing when the same bytes come again, and keeps no copy of them', async () => {
    const sourceId = await create()
    const [first, second] = [randomUUID(), randomUUID()]
    await run(sourceId, first)
    await close(first, 'completed')
    expect(await run(sourceId, second)).toBe('unchanged')
    await expect(objectOf(second)).rejects.toThrow(ObjectNotFound)
    site.answer = (_request, response) => void response.end(feed('<name/>'))
    expect(await run(sourceId)).toBe('imported')
  })

  it.each(['failed', 'cancelled'] as const)(
    'imports the same bytes again after an import that was %s',
    async (state) => {
      site.answer = ({ headers }, response) =>
        void response
          .setHeader('ETag', '"v1"')
          .writeHead(headers['if-none-match'] ? 304 : 200)
          .end(headers['if-none-match'] ? undefined : feed())
      const sourceId = await create()
      const importId = randomUUID()
      await run(sourceId, importId)
      await close(importId, state)
      expect(await sourceRow(sourceId)).toMatchObject({
        failures: state === 'failed' ? 1 : 0,
        state: state === 'failed' ? 'failing' : 'active',
      })
      expect(await run(sourceId)).toBe('imported')
    },
  )

  it('counts failures in a row, says why, and forgets them when it goes well', async () => {
    const sourceId = await create()
    site.answer = (_request, response) => void response.writeHead(410).end()
    expect(await run(sourceId)).toBe('failed')
    expect(await run(sourceId)).toBe('failed')
    expect(await sourceRow(sourceId)).toMatchObject({
      state: 'failing',
      failures: 2,
      lastOutcome: 'failed',
      problem: { code: 'source-http-status', params: { status: 410 } },
    })
    site.answer = (_request, response) => void response.end(feed())
    const importId = randomUUID()
    await run(sourceId, importId)
    await close(importId, 'completed')
    expect(await sourceRow(sourceId)).toMatchObject({
      ...{ state: 'active', failures: 0, failingSince: null, problem: null },
    })
  })

  it('pauses a source after a day of failures, and tells so once', async () => {
    const sourceId = await create()
    site.answer = (_request, response) => void response.writeHead(404).end()
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000)
    await database.owner.db
      .updateTable('importSource')
      .set({ failures: 9, failingSince: yesterday, state: 'failing' })
      .where('id', '=', sourceId)
      .execute()
    expect(await run(sourceId)).toBe('failed')
    expect(await sourceRow(sourceId)).toMatchObject({ state: 'paused', failures: 10 })
    expect(await run(sourceId)).toBe('failed')
    expect(await events(`import-source:${sourceId}`)).toEqual([{ type: 'import-source.paused' }])
  })

  it('keeps nothing of a source that was removed, or led elsewhere, while it was read', async () => {
    for (const meanwhile of ['removed', 'led elsewhere']) {
      const sourceId = await create()
      const importId = randomUUID()
      const row = database.owner.db
      site.answer = (_request, response) => {
        const change =
          meanwhile === 'removed'
            ? row.deleteFrom('importSource').where('id', '=', sourceId).execute()
            : row
                .updateTable('importSource')
                .set({ url: siteUrl('/other.xml') })
                .where('id', '=', sourceId)
                .execute()
        void change.then(() => response.end(feed()))
      }
      expect(await run(sourceId, importId)).toBe(meanwhile === 'removed' ? 'gone' : 'busy')
      await expect(objectOf(importId)).rejects.toThrow(ObjectNotFound)
      expect(await importRow(importId)).toBeUndefined()
    }
    expect(await run(randomUUID())).toBe('gone')
  })
})
