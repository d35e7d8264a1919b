import { WorkflowNotFoundError } from '@temporalio/common'
import {
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client'
import { sql } from 'kysely'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { reindexWorkflowId, type ReindexState } from '../../contracts/storefront.ts'
import { updateReindex } from '../../db/storefront/reindexes.ts'
import { registerGeneration, reserveGenerationId } from '../../db/storefront/search-generations.ts'
import { shopProductsIndex } from '../../domain/storefront/search-index.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { ALL_SCOPES, authorised, testApp } from './app.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const system = database.system.db
const { app, workflows } = testApp({
  storefront: database.storefront.db,
  system,
})

/** What the workflow answers, and what it was told. */
const workflow = {
  told: [] as string[],
  answer: async (): Promise<void> => {},
  status: 'RUNNING',
}
Object.assign(workflows, {
  getHandle: (workflowId: string) => ({
    async executeUpdate({ name }: { name: string }) {
      await workflow.answer()
      workflow.told.push(`${workflowId} ${name}`)
    },
    async cancel() {
      await workflow.answer()
      workflow.told.push(`${workflowId} cancel`)
    },
    describe: async () => {
      await workflow.answer()
      return { status: { name: workflow.status } }
    },
  }),
})

let admin: { Authorization: string }
let seller: { Authorization: string }
beforeAll(async () => {
  admin = await authorised(owner, null, ['admin'])
  seller = await authorised(owner, (await createShop(owner)).sellerId, ALL_SCOPES)
})
beforeEach(async () => {
  await owner.deleteFrom('reindex').execute()
  Object.assign(workflow, { told: [], answer: async () => {}, status: 'RUNNING' })
  workflows.started.length = 0
  workflows.onStart = async () => {}
})

type Answer = Record<string, unknown> & { id: string }
const send = async (path: string, body?: unknown, headers: object = admin) => {
  const response = await app.request(`/v1/admin/reindexes${path}`, {
    method: 'POST',
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, body: await bodyOf(response) }
}
const get = async (path = '', headers: Record<string, string> = admin) => {
  const response = await app.request(`/v1/admin/reindexes${path}`, { headers })
  return { status: response.status, body: await bodyOf(response) }
}
const bodyOf = async (response: Response) =>
  (await response.json()) as Answer & { items: Answer[]; nextCursor: string | null }

const insert = async (state: ReindexState, values: object = {}) => {
  const id = randomUUID()
  await owner
    .insertInto('reindex')
    .values({ id, state, rollbackMinutes: 60, ...values })
    .execute()
  return id
}

describe('POST /v1/admin/reindexes', () => {
  it('is 202 with its place, and starts it once', async () => {
    const { status, headers, body } = await send('')
    expect(status).toBe(202)
    expect(headers.get('Location')).toBe(`/v1/admin/reindexes/${body.id}`)
    expect(body).toMatchObject({ state: 'queued', rollbackMinutes: 1_440 })
    expect(workflows.started).toEqual([
      { type: 'reindexCatalog', workflowId: reindexWorkflowId(body.id) },
    ])
    expect((await get(`/${body.id}`)).body).toEqual(body)
  })

  it('is 202 while Temporal is away: the relay starts it by its event', async () => {
    workflows.onStart = async () => {
      throw new Error('Temporal is away')
    }
    const { status, body } = await send('', { rollbackMinutes: 5 })
    expect({ status, minutes: body['rollbackMinutes'] }).toEqual({ status: 202, minutes: 5 })
    const events = owner.selectFrom('event').selectAll().where('type', '=', 'reindex.requested')
    expect((await events.execute()).at(-1)).toMatchObject({
      ...{ sellerId: null, subject: `reindex:${body.id}`, data: { reindexId: body.id } },
    })
  })

  it('is 409 while another is at work, and names it', async () => {
    const { body: first } = await send('')
    const second = await send('')
    expect(second.status).toBe(409)
    expect(second.headers.get('Location')).toBe(`/v1/admin/reindexes/${first.id}`)
    expect(second.body).toMatchObject({
      ...{ type: '/problems/conflict', reindexId: first.id },
      detail: expect.stringContaining(first.id),
    })
    expect(workflows.started).toHaveLength(1)
  })

  it('is 202 when the workflow of the other was terminated', async () => {
    const { body: first } = await send('')
    workflow.status = 'TERMINATED'
    expect((await send('')).status).toBe(202)
    expect((await get(`/${first.id}`)).body).toMatchObject({
      ...{ state: 'failed', problem: { code: 'workflow-gone' } },
    })
  })

  const unknown = async () => {
    throw new WorkflowNotFoundError('no', 'id', undefined)
  }

  it('is 202 when the other had begun and Temporal does not know it any more', async () => {
    const first = await insert('verifying', { startedAt: new Date() })
    workflow.answer = unknown
    expect((await send('')).status).toBe(202)
    expect((await get(`/${first}`)).body).toMatchObject({
      ...{ state: 'failed', problem: { code: 'workflow-gone' } },
    })
  })

  it.each([
    ['has not begun, and Temporal does not know it yet', {}, unknown],
    [
      'had begun, and Temporal is away',
      { startedAt: new Date() },
      async () => {
        throw new Error('Temporal is away')
      },
    ],
  ])('is 409 when the other %s', async (_what, values, answer) => {
    await insert('queued', values)
    workflow.answer = answer
    expect((await send('')).status).toBe(409)
  })

  it('is 202 while the last one can still be rolled back', async () => {
    await insert('live')
    expect((await send('')).status).toBe(202)
  })

  it.each([
    ['an unknown field', { force: true }, 'force'],
    ['a negative window', { rollbackMinutes: -1 }, 'rollbackMinutes'],
    ['a window of more than a week', { rollbackMinutes: 10_081 }, 'rollbackMinutes'],
    ['half a minute', { rollbackMinutes: 0.5 }, 'rollbackMinutes'],
    ['a window in words', { rollbackMinutes: 'day' }, 'rollbackMinutes'],
  ])('is 400 for %s', async (_what, given, path) => {
    const { status, body } = await send('', given)
    expect(status).toBe(400)
    expect(body['errors']).toMatchObject([{ path }])
    expect(workflows.started).toEqual([])
  })

  it('is 401 without a key, and 403 for a seller’s', async () => {
    expect((await send('', undefined, {})).status).toBe(401)
    expect((await send('', undefined, seller)).status).toBe(403)
  })
})

describe('GET /v1/admin/reindexes', () => {
  it('is 200 with the newest first, page by page', async () => {
    const ids = []
    for (let minute = 0; minute < 3; minute++)
      ids.unshift(await insert('completed', { createdAt: new Date(2026, 1, 1, 0, minute) }))
    const first = await get('?limit=2')
    expect(first.status).toBe(200)
    const second = await get(`?limit=2&cursor=${first.body.nextCursor}`)
    expect([...first.body.items, ...second.body.items].map(({ id }) => id)).toEqual(ids)
    expect(second.body.nextCursor).toBeNull()
  })

  it('says what schema is searched, and that a reindex is due when it is older', async () => {
    const { version: wanted } = shopProductsIndex
    expect((await get()).body).toMatchObject({
      ...{ schemaVersion: { wanted, live: null }, reindexDue: false },
    })
    const id = await reserveGenerationId(system)
    const generation = {
      id,
      indexName: `goods-${id}`,
      schemaVersion: wanted,
      state: 'live',
    } as const
    await registerGeneration(system, generation)
    for (const [live, reindexDue] of [
      [wanted - 1, true],
      [wanted, false],
      // Another process is newer.
      [wanted + 1, false],
    ] as const) {
      await owner.updateTable('searchGeneration').set({ schemaVersion: live }).execute()
      expect((await get()).body).toMatchObject({ schemaVersion: { wanted, live }, reindexDue })
    }
    await owner.deleteFrom('searchGeneration').execute()
  })

  it('is 400 for a cursor that we have not made', async () => {
    expect((await get('?cursor=made-up')).status).toBe(400)
  })

  it('is 401 without a key, and 403 for a seller’s', async () => {
    expect((await get('', {})).status).toBe(401)
    expect((await get('', seller)).status).toBe(403)
  })
})

describe('GET /v1/admin/reindexes/{id}', () => {
  it('is 200 with how far it is and how long it still takes', async () => {
    const id = await insert('backfilling', {
      ...{ readCount: 500, writtenCount: 450, totalCount: 2_000, workedMs: 1_000 },
      ...{ indexName: 'shop-products-1-2', startedAt: new Date() },
    })
    expect((await get(`/${id}`)).body).toMatchObject({
      ...{ state: 'backfilling', index: 'shop-products-1-2' },
      progress: { read: 500, written: 450, total: 2_000, perSecond: 500, etaSeconds: 3 },
    })
  })

  it('tells until when it can be rolled back, and what the comparison found', async () => {
    const parity = {
      documents: 9,
      buckets: 1,
      differingBuckets: 0,
      repaired: 0,
      differing: 0,
      parked: 2,
      unsettled: 0,
    }
    const id = await insert('live', {
      ...{ liveAt: new Date('2026-11-25T10:00:00Z'), parity: JSON.stringify(parity) },
    })
    expect((await get(`/${id}`)).body).toMatchObject({
      ...{ parity, rollbackUntil: '2026-11-25T11:00:00.000Z' },
    })
  })

  it('tells why the new index refused what the comparison found', async () => {
    const parity = {
      ...{ documents: 9, buckets: 1, differingBuckets: 1, repaired: 0 },
      ...{ differing: 1, parked: 0, unsettled: 0 },
    }
    const id = await insert('failed', {
      parity: JSON.stringify({ ...parity, refusal: 'no number' }),
    })
    expect((await get(`/${id}`)).body).toMatchObject({
      parity: { ...parity, refusal: 'no number' },
    })
  })

  it.each([randomUUID(), 'made-up'])('is 404 for %s', async (id) => {
    expect((await get(`/${id}`)).status).toBe(404)
  })

  it('is 401 without a key, and 403 for a seller’s', async () => {
    const id = await insert('live')
    expect((await get(`/${id}`, {})).status).toBe(401)
    expect((await get(`/${id}`, seller)).status).toBe(403)
  })
})

describe.each([
  ['pause', 'backfilling', 'pauseReindex'],
  ['resume', 'paused', 'resumeReindex'],
  ['rollback', 'live', 'rollBackReindex'],
  ['cancel', 'verifying', 'cancel'],
] as const)('POST /v1/admin/reindexes/{id}/%s', (order, state, told) => {
  const to = (id: string, headers?: object) => send(`/${id}/${order}`, undefined, headers)

  it('is 202 and tells the workflow', async () => {
    const id = await insert(state)
    const { status, body } = await to(id)
    expect({ status, id: body.id }).toEqual({ status: 202, id })
    expect(workflow.told).toEqual([`${reindexWorkflowId(id)} ${told}`])
  })

  it('is 409 when its state does not permit it', async () => {
    const id = await insert(state)
    workflow.answer = async () => {
      throw new WorkflowUpdateFailedError('Refused', undefined)
    }
    expect((await to(id)).status).toBe(409)
  })

  it('is 409 when it is over', async () => {
    const id = await insert('completed')
    workflow.answer = async () => {
      throw new WorkflowNotFoundError('Over', 'x', undefined)
    }
    expect((await to(id)).status).toBe(409)
  })

  it('is 503 when no worker answers', async () => {
    const id = await insert(state)
    workflow.answer = async () => {
      throw new WorkflowUpdateRPCTimeoutOrCancelledError('Late', { cause: new Error() })
    }
    expect((await to(id)).status).toBe(503)
  })

  it('is 404 for one that is not there, 401 without a key, 403 for a seller’s', async () => {
    const id = await insert(state)
    expect((await to(randomUUID())).status).toBe(404)
    expect((await to(id, {})).status).toBe(401)
    expect((await to(id, seller)).status).toBe(403)
    expect(workflow.told).toEqual([])
  })
})

describe('a cancellation that meets the swap', () => {
  const swap = async (id: string, during: () => Promise<unknown>) =>
    system.transaction().execute(async (trx) => {
      await updateReindex(trx, id, { state: 'live', liveAt: new Date() })
      await during()
    })

  it('is 409 when the swap is over first', async () => {
    const id = await insert('verifying')
    let cancelled: ReturnType<typeof send> | undefined
    await swap(id, async () => {
      cancelled = send(`/${id}/cancel`)
      await until(() => isWaitedFor(), { what: 'the cancellation to wait for the swap' })
    })
    expect((await cancelled)?.status).toBe(409)
    expect(workflow.told).toEqual([])
  })

  it('reaches the workflow before the swap is over when it came first', async () => {
    const id = await insert('verifying')
    let swapped: Promise<void> | undefined
    workflow.answer = async () => {
      swapped = swap(id, async () => void workflow.told.push('swapped'))
      await until(() => isWaitedFor(), { what: 'the swap to wait for the cancellation' })
    }
    expect((await send(`/${id}/cancel`)).status).toBe(202)
    await swapped
    expect(workflow.told).toEqual([`${reindexWorkflowId(id)} cancel`, 'swapped'])
  })

  const isWaitedFor = async () => {
    const { rows } = await sql<{ waits: boolean }>`
      select exists (
        select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
      ) as waits`.execute(owner)
    return rows[0]!.waits
  }
})
