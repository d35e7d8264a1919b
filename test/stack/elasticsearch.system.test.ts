import { Client, type estypes } from '@elastic/elasticsearch'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningStack, startStack } from '../../stack/stack.ts'
import { until } from '../support/until.ts'

let folder: string
let stack: RunningStack
let client: Client

/** On a machine with nothing in its cache, the server is downloaded first. */
const coldMs = 900_000

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'yarmarka-elasticsearch-'))
  stack = await startStack({
    dataDir: path.join(folder, 'data'),
    logDir: path.join(folder, 'logs'),
    runDir: path.join(folder, 'run'),
    parts: ['elasticsearch'],
    usualPorts: false,
    environment: {},
  })
  client = new Client({ node: stack.env.ELASTICSEARCH_URL!, maxRetries: 0 })
}, coldMs)

afterAll(async () => {
  await client?.close()
  await stack?.stop()
  await rm(folder, { recursive: true, force: true })
})

describe('clients', () => {
  it('are told what they talk to', async () => {
    expect(await client.info()).toMatchObject({
      name: 'yarmarka',
      cluster_name: 'yarmarka',
      version: { number: expect.stringMatching(/^9\.\d+\.\d+$/), build_flavor: 'default' },
      tagline: 'You Know, for Search',
    })
    expect(await client.ping()).toBe(true)
  })

  it('find the header by which they know the genuine product', async () => {
    const { headers } = await client.info({}, { meta: true })
    expect(headers['x-elastic-product']).toBe('Elasticsearch')
  })

  it('get an error in the shape they know', async () => {
    await expect(client.search({ index: 'absent' })).rejects.toMatchObject({
      statusCode: 404,
      body: { error: { type: 'index_not_found_exception' } },
    })
  })
})

describe('external versions', () => {
  const at = (version: number) =>
    ({ index: 'versioned', id: '1', version, version_type: 'external' }) as const
  const conflict = { statusCode: 409 }

  it('refuse what is older than the document, or as old', async () => {
    await client.index({ ...at(5), document: {} })
    await expect(client.index({ ...at(4), document: {} })).rejects.toMatchObject(conflict)
    await expect(client.index({ ...at(5), document: {} })).rejects.toMatchObject(conflict)
    await client.index({ ...at(6), document: {} })
  })

  it('refuse what is older than the deletion', async () => {
    await client.delete(at(8))
    await expect(client.index({ ...at(7), document: {} })).rejects.toMatchObject(conflict)
    expect(await client.exists({ index: 'versioned', id: '1' })).toBe(false)
  })
})

describe('search', () => {
  it('swaps an alias from one index to the next at once', async () => {
    await client.indices.create({ index: 'goods-1', aliases: { goods: {} } })
    await client.indices.create({ index: 'goods-2' })
    await client.indices.updateAliases({
      actions: [
        { remove: { index: 'goods-1', alias: 'goods', must_exist: true } },
        { add: { index: 'goods-2', alias: 'goods' } },
      ],
    })
    expect(Object.keys(await client.indices.getAlias({ name: 'goods' }))).toEqual(['goods-2'])
  })

  it('walks through a point in time that later writes do not move', async () => {
    const index = 'walked'
    await write(index, range(0, 25))
    const { id } = await client.openPointInTime({ index, keep_alive: '1m' })
    await write(index, range(25, 50))

    const walked: number[] = []
    let after: estypes.SortResults | undefined
    for (;;) {
      const { hits } = await client.search<{ place: number }>({
        size: 10,
        pit: { id, keep_alive: '1m' },
        sort: [{ place: 'asc' }],
        ...(after && { search_after: after }),
      })
      after = hits.hits.at(-1)?.sort
      if (!after) break
      walked.push(...hits.hits.map(({ _source }) => _source!.place))
    }
    expect(walked).toEqual(range(0, 25))
    expect((await client.closePointInTime({ id })).succeeded).toBe(true)
  })

  it('brings an index back from a snapshot in the file system', async () => {
    const index = 'kept'
    await write(index, [1, 2, 3])
    await client.snapshot.createRepository({
      name: 'backups',
      repository: { type: 'fs', settings: { location: 'nightly' } },
    })
    const snapshot = { repository: 'backups', snapshot: 'first', wait_for_completion: true }
    await client.snapshot.create({ ...snapshot, indices: index })
    await client.indices.delete({ index })
    await client.snapshot.restore({ ...snapshot, indices: index })
    expect(await client.count({ index })).toMatchObject({ count: 3 })
  })
})

describe('the node', () => {
  it('comes back on its port with what it had confirmed after kill -9', async () => {
    await client.index({ index: 'confirmed', id: '1', document: { name: 'Наушники' } })
    const killed = stack.part('elasticsearch')
    await killed.kill9()
    await until(() => stack.part('elasticsearch').child !== killed.child, {
      deadlineMs: 90_000,
      what: 'Elasticsearch to come back',
    })
    const found = await client.get<{ name: string }>({ index: 'confirmed', id: '1' })
    expect(found._source).toEqual({ name: 'Наушники' })
  })

  it('closes cleanly and starts again with its data', async () => {
    const before = stack.part('elasticsearch').child
    await stack.part('elasticsearch').restart()
    expect(await before.exited).toBe(128 + 15)
    expect(await client.exists({ index: 'confirmed', id: '1' })).toBe(true)
  })
})

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, offset) => from + offset)
}

async function write(index: string, places: number[]): Promise<void> {
  const operations = places.flatMap((place) => [{ index: {} }, { place }])
  const { errors } = await client.bulk({ index, refresh: true, operations })
  expect(errors).toBe(false)
}
