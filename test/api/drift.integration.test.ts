import { ServiceError } from '@temporalio/client'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { driftWorkflowId } from '../../contracts/storefront.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { ALL_SCOPES, authorised, testApp } from './app.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const { app, workflows } = testApp({
  storefront: database.storefront.db,
  system: database.system.db,
})

let admin: { Authorization: string }
let seller: { Authorization: string }
beforeAll(async () => {
  admin = await authorised(owner, null, ['admin'])
  seller = await authorised(owner, (await createShop(owner)).sellerId, ALL_SCOPES)
})
beforeEach(async () => {
  await owner.deleteFrom('driftCycle').execute()
  workflows.started.length = 0
  workflows.onStart = async () => {}
})

type Cycle = Record<string, unknown> & { id: string }
const call = async (
  method: 'GET' | 'POST',
  query = '',
  headers: Record<string, string> = admin,
) => {
  const response = await app.request(`/v1/admin/drift${query}`, { method, headers })
  const body = (await response.json()) as Cycle & { items: Cycle[]; nextCursor: string | null }
  return { status: response.status, headers: response.headers, body }
}

describe('GET /v1/admin/drift', () => {
  it('is 200 with what each cycle found, the newest first, page by page', async () => {
    const ids = []
    for (let minute = 0; minute < 3; minute++) {
      const id = randomUUID()
      const createdAt = new Date(2026, 1, 1, 0, minute)
      await owner
        .insertInto('driftCycle')
        .values({
          ...{ id, state: 'completed', createdAt, finishedAt: createdAt, documentCount: 1_200 },
          ...{ missingCount: 7, differentCount: 2, extraCount: 1, repairedCount: 10 },
          unsettledCount: 4,
          ...{ pageCount: 40, stalePageCount: 3 },
        })
        .execute()
      ids.unshift(id)
    }
    const first = await call('GET', '?limit=2')
    expect(first.status).toBe(200)
    const second = await call('GET', `?limit=2&cursor=${first.body.nextCursor}`)
    expect([...first.body.items, ...second.body.items].map(({ id }) => id)).toEqual(ids)
    expect(second.body.nextCursor).toBeNull()
    expect(first.body.items[0]).toMatchObject({
      ...{ state: 'completed', drift: 13, repaired: 13 },
      search: { documents: 1_200, missing: 7, different: 2, extra: 1, unsettled: 4 },
      cache: { pages: 40, stale: 3, unsettled: 0 },
    })
  })

  it('is 400 for a cursor that we have not made', async () => {
    expect((await call('GET', '?cursor=made-up')).status).toBe(400)
  })

  it('is 401 without a key, and 403 for a seller’s', async () => {
    expect((await call('GET', '', {})).status).toBe(401)
    expect((await call('GET', '', seller)).status).toBe(403)
  })
})

describe('POST /v1/admin/drift', () => {
  it('is 202, and a cycle begins', async () => {
    const { status, body } = await call('POST')
    expect(status).toBe(202)
    expect(body).toMatchObject({ state: 'running', drift: 0 })
    expect(workflows.started).toEqual([
      { type: 'checkDrift', workflowId: driftWorkflowId(body.id) },
    ])
    expect((await call('GET')).body.items).toEqual([body])
  })

  it('is 503 while Temporal is away, and no cycle is on record', async () => {
    workflows.onStart = async () => {
      throw new ServiceError('Temporal is away')
    }
    const { status, headers } = await call('POST')
    expect(status).toBe(503)
    expect(headers.get('Retry-After')).not.toBeNull()
    expect((await call('GET')).body.items).toEqual([])
  })

  it('is 401 without a key, and 403 for a seller’s', async () => {
    expect((await call('POST', '', {})).status).toBe(401)
    expect((await call('POST', '', seller)).status).toBe(403)
  })
})
