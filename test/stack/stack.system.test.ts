import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { Client, Connection } from '@temporalio/client'
import { Redis } from 'ioredis'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PartName } from '../../stack/part.ts'
import { type RunningStack, startStack } from '../../stack/stack.ts'
import { until } from '../support/until.ts'

const parts: PartName[] = ['postgres', 'redis', 'temporal', 'object-store', 'jaeger']
const said: string[] = []
let folder: string
let stack: RunningStack

/** On a machine with nothing in its cache, two parts are built from source first. */
const coldMs = 900_000

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'yarmarka-stack-'))
  stack = await start()
}, coldMs)

afterAll(async () => {
  await stack?.stop()
  await rm(folder, { recursive: true, force: true })
})

function start(): Promise<RunningStack> {
  return startStack({
    dataDir: path.join(folder, 'data'),
    logDir: path.join(folder, 'logs'),
    runDir: path.join(folder, 'run'),
    parts,
    usualPorts: false,
    environment: {},
    progress: (title, state) => said.push(`${title} ${state}`),
  })
}

describe('each part of the stack comes back on its port with its data after kill -9', () => {
  it('PostgreSQL', async () => {
    await query('create table kept as select 42 as answer')
    await stack.part('postgres').kill9()
    expect(await until(() => query('select answer from kept'))).toEqual([{ answer: 42 }])
  })

  it('Redis', async () => {
    await withRedis((redis) => redis.set('kept', 'да'))
    await stack.part('redis').kill9()
    expect(await until(() => withRedis((redis) => redis.get('kept')))).toBe('да')
  })

  it('Temporal', async () => {
    await withTemporal(({ workflow }) =>
      workflow.start('nobodyRunsThis', { workflowId: 'kept', taskQueue: 'none' }),
    )
    await stack.part('temporal').kill9()
    const { status } = await until(() =>
      withTemporal(({ workflow }) => workflow.getHandle('kept').describe()),
    )
    expect(status.name).toBe('RUNNING')
  })

  it('the object store', async () => {
    const { S3_BUCKET: Bucket } = stack.env
    const object = { Bucket, Key: 'feeds/товары.xml' }
    const described = { ContentType: 'application/xml', Metadata: { seller: '7' } }
    await withS3((s3) => s3.send(new PutObjectCommand({ ...object, ...described, Body: '<yml/>' })))
    await stack.part('object-store').kill9()
    const found = await until(() => withS3((s3) => read(s3, object)))
    expect(found).toEqual({ ...described, text: '<yml/>' })
  })
})

it('says that a part crashed and that it is back', async () => {
  await until(() => said.includes('PostgreSQL is back'))
  expect(said).toContain('PostgreSQL ended unexpectedly (killed), restarting')
})

it('takes traces and gives them back', async () => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: otlp, JAEGER_URL: jaeger } = stack.env
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const answer = await fetch(`${otlp}/v1/traces`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(oneSpan(traceId)),
  })
  expect(answer.status).toBe(200)
  const found = await until(async () => (await fetch(`${jaeger}/api/traces/${traceId}`)).ok)
  expect(found).toBe(true)
})

it('restarts a part cleanly when asked', async () => {
  const before = stack.part('postgres').child.pid
  await stack.part('postgres').restart()
  expect(stack.part('postgres').child.pid).not.toBe(before)
  expect(await query('select answer from kept')).toEqual([{ answer: 42 }])
})

it('refuses a second stack on the same folder, and leaves the first alone', async () => {
  await expect(start()).rejects.toThrow('another process runs a stack in')
  expect(await query('select 1 as one')).toEqual([{ one: 1 }])
})

it('stops cleanly and starts again with its data', async () => {
  await stack.stop()
  await expect(query('select 1')).rejects.toThrow('ECONNREFUSED')
  stack = await start()
  expect(await query('select answer from kept')).toEqual([{ answer: 42 }])
  expect(await withRedis((redis) => redis.get('kept'))).toBe('да')
})

async function query(text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: stack.env.POSTGRES_URL })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

async function withRedis<T>(use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(stack.env.REDIS_URL!, { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await use(redis)
  } finally {
    redis.disconnect()
  }
}

async function withTemporal<T>(use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: stack.env.TEMPORAL_ADDRESS! })
  try {
    return await use(new Client({ connection }))
  } finally {
    await connection.close()
  }
}

async function withS3<T>(use: (s3: S3Client) => Promise<T>): Promise<T> {
  const s3 = new S3Client({
    endpoint: stack.env.S3_ENDPOINT!,
    region: stack.env.S3_REGION!,
    forcePathStyle: true,
    credentials: {
      accessKeyId: stack.env.S3_ACCESS_KEY_ID!,
      secretAccessKey: stack.env.S3_SECRET_ACCESS_KEY!,
    },
  })
  try {
    return await use(s3)
  } finally {
    s3.destroy()
  }
}

async function read(s3: S3Client, object: { Bucket: string | undefined; Key: string }) {
  const { ContentType, Metadata, Body } = await s3.send(new GetObjectCommand(object))
  return { ContentType, Metadata, text: await Body?.transformToString() }
}

function oneSpan(traceId: string) {
  const now = BigInt(Date.now()) * 1_000_000n
  const span = {
    traceId,
    spanId: 'b7ad6b7169203331',
    name: 'пробный',
    kind: 1,
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now + 1_000_000n),
  }
  const service = { key: 'service.name', value: { stringValue: 'stack-test' } }
  return {
    resourceSpans: [{ resource: { attributes: [service] }, scopeSpans: [{ spans: [span] }] }],
  }
}
