import { ServiceError } from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPageCache } from '../../clients/cache/page-cache.ts'
import { connectRedis } from '../../clients/redis.ts'
import { warmUpWorkflowId, type WarmUpProgress } from '../../contracts/storefront.ts'
import { CACHE_POLICIES, lifetimeOf } from '../../domain/storefront/cache-policies.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { freshRedis } from '../support/redis.ts'
import { ALL_SCOPES, authorised, testApp } from './app.ts'

const database = await freshDatabase()
const owner = database.owner.db
const server = await freshRedis()
const redis = connectRedis({ url: server.url, commandTimeoutMs: 5_000, patient: true })
afterAll(async () => {
  redis.disconnect()
  await Promise.all([server.close(), database.drop()])
})
const cache = createPageCache({ redis, maxBytes: 1_000_000, staleOnErrorMs: () => 0 })
const { app, workflows } = testApp(
  { storefront: database.storefront.db, system: database.system.db },
  { cache },
)

/** What the workflow answers. */
const workflow = {
  asked: [] as string[],
  answer: async (): Promise<WarmUpProgress> => progress,
}
const progress: WarmUpProgress = {
  ...{ state: 'running', done: 250, total: 400 },
  ...{ made: 200, alreadyThere: 45, yieldedMs: 1_200 },
}
Object.assign(workflows, {
  getHandle: (workflowId: string) => ({
    async query({ name }: { name: string }) {
      workflow.asked.push(`${workflowId} ${name}`)
      return workflow.answer()
    },
  }),
})

let admin: { Authorization: string }
let seller: { Authorization: string }
beforeAll(async () => {
  admin = await authorised(owner, null, ['admin'])
  seller = await authorised(owner, (await createShop(owner)).sellerId, ALL_SCOPES)
})
beforeEach(() => {
  Object.assign(workflow, { asked: [], answer: async () => progress })
  workflows.started.length = 0
  workflows.onStart = async () => {}
})

type Answer = Record<string, unknown> & {
  policies: object[]
  process: { staleness: { upToMs: number | null }[] }
}
const call = async (method: 'GET' | 'POST', path = '', headers: Record<string, string> = admin) => {
  const response = await app.request(`/v1/admin/cache${path}`, { method, headers })
  const body = (await response.json()) as Answer
  return { status: response.status, headers: response.headers, body }
}

describe('GET /v1/admin/cache', () => {
  it('is 200 with the policy of each kind, and why', async () => {
    const { status, body } = await call('GET')
    expect(status).toBe(200)
    expect(body.policies).toHaveLength(Object.keys(CACHE_POLICIES).length)
    expect(body.policies[0]).toEqual({ kind: 'listing', ...CACHE_POLICIES.listing })
  })

  it('tells what the process has done: reads by kind, hits by level, its memory', async () => {
    expect((await call('GET')).body.process).toMatchObject({
      ...{ pid: process.pid, reads: [], loads: 0, overInvalidation: null },
      hitRatio: { memory: null, redis: null, stale: null, any: null },
    })
    const load = async () => ({ body: '{}', lifetime: lifetimeOf('card', Date.now(), 0.5) })
    const key = { kind: 'card', scope: '1', page: '-' }
    for (let reads = 0; reads < 4; reads++) await cache.read(key, load)
    const { body } = await call('GET')
    expect(body.process).toMatchObject({
      ...{ loads: 1, loadsFailed: 0, loading: 0, mostLoading: 1 },
      ...{ invalidated: 0, remade: 0, remadeSame: 0, gaps: 0 },
      memory: { bytes: expect.any(Number), maxBytes: 1_000_000, pages: 1 },
      reads: [
        {
          ...{ kind: 'card', outcomes: { stored: 1, memory: 3 } },
          hitRatio: { memory: 0.75, redis: 0, stale: 0, any: 0.75 },
        },
      ],
      hitRatio: { memory: 0.75, any: 0.75 },
    })
    const bounds = body.process.staleness.map(({ upToMs }) => upToMs)
    expect(bounds).toEqual([50, 100, 200, 300, 500, 1_000, 2_000, 5_000, null])
  })

  it('is 401 without a key, and 403 for a seller’s', async () => {
    expect((await call('GET', '', {})).status).toBe(401)
    expect((await call('GET', '', seller)).status).toBe(403)
  })
})

describe('POST /v1/admin/cache/warm-ups', () => {
  it('is 202 with its place', async () => {
    const { status, headers, body } = await call('POST', '/warm-ups')
    expect(status).toBe(202)
    expect(headers.get('Location')).toBe('/v1/admin/cache/warm-ups/current')
    expect(body).toEqual({ id: 'current', workflowId: warmUpWorkflowId, state: 'running' })
    expect(workflows.started).toEqual([{ type: 'warmCache', workflowId: warmUpWorkflowId }])
  })

  it('is 503 while Temporal is away', async () => {
    workflows.onStart = async () => {
      throw new ServiceError('Temporal is away')
    }
    const { status, headers } = await call('POST', '/warm-ups')
    expect(status).toBe(503)
    expect(headers.get('Retry-After')).not.toBeNull()
  })

  it('is 401 without a key, and 403 for a seller’s', async () => {
    expect((await call('POST', '/warm-ups', {})).status).toBe(401)
    expect((await call('POST', '/warm-ups', seller)).status).toBe(403)
    expect(workflows.started).toEqual([])
  })
})

describe('GET /v1/admin/cache/warm-ups/current', () => {
  const current = (headers?: Record<string, string>) => call('GET', '/warm-ups/current', headers)

  it('is 200 with how far it is, as its workflow tells', async () => {
    const { status, body } = await current()
    expect(status).toBe(200)
    expect(body).toEqual({ id: 'current', workflowId: warmUpWorkflowId, ...progress })
    expect(workflow.asked).toEqual([`${warmUpWorkflowId} warmUpProgress`])
  })

  it('is 404 when none ever ran', async () => {
    workflow.answer = async () => {
      throw new WorkflowNotFoundError('None', warmUpWorkflowId, undefined)
    }
    expect((await current()).status).toBe(404)
  })

  it('is 503 when no worker answers', async () => {
    workflow.answer = async () => {
      throw new ServiceError('Nobody polls')
    }
    expect((await current()).status).toBe(503)
  })

  it('is 401 without a key, and 403 for a seller’s', async () => {
    expect((await current({})).status).toBe(401)
    expect((await current(seller)).status).toBe(403)
  })
})
