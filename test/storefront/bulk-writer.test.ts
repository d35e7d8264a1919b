import { errors, type Client, type DiagnosticResult } from '@elastic/elasticsearch'
import { describe, expect, it } from 'vitest'
import { createBulkWriter } from '../../clients/elasticsearch/bulk-writer.ts'
import { writeAlias } from '../../clients/elasticsearch/indices.ts'

type Item = { status: number; error?: { type: string; reason: string } }
type Answer = (ids: string[], request: number, alias: string) => Promise<(id: string) => Item>

const taken: Item = { status: 200 }
const tooMuch: Item = { status: 429, error: { type: 'es_rejected_execution', reason: 'full' } }
const broken: Item = { status: 400, error: { type: 'document_parsing', reason: 'no number' } }

/** Elasticsearch as a bulk request sees it; every request is kept, as the ids in it. */
function elasticsearch(answer: Answer) {
  const requests: string[][] = []
  let running = 0
  const seen = { atOnce: 0 }
  const client = {
    async bulk({ index: alias, operations }: { index: string; operations: string[] }) {
      const ids = operations
        .map((line) => JSON.parse(line) as Record<string, { _id?: string }>)
        .flatMap(({ index, delete: deleted }) => (index ?? deleted)?._id ?? [])
      const request = requests.push(ids)
      seen.atOnce = Math.max(seen.atOnce, ++running)
      try {
        const itemOf = await answer(ids, request, alias)
        return { items: ids.map((id) => ({ index: { _id: id, ...itemOf(id) } })) }
      } finally {
        running--
      }
    },
  } as unknown as Client
  return { client, requests, seen }
}

const operations = (count: number, bytes = 10) =>
  Array.from({ length: count }, (_, at) => ({
    id: String(at),
    version: 1,
    document: { name: 'a'.repeat(bytes) },
  }))
const said = (statusCode: number) =>
  new errors.ResponseError({
    statusCode,
    body: { error: { type: 'exception' } },
    warnings: null,
    meta: {},
  } as unknown as DiagnosticResult)

const soon = () =>
  new Promise<(id: string) => Item>((resolve) => setImmediate(() => resolve(() => taken)))

const write = (
  answer: Answer,
  given: ReturnType<typeof operations>,
  options: { mostDocumentBytes?: number } = {},
) => {
  const { client, requests, seen } = elasticsearch(answer)
  const writer = createBulkWriter(client, { tries: 5, pauseMs: 1, ...options })
  return { outcome: writer.write('goods', given), requests, seen }
}

describe('a bulk writer', () => {
  it('sends again what was too much, and that alone', async () => {
    const { outcome, requests } = write(
      async (_, request) => (id) => (request === 1 && Number(id) > 1 ? tooMuch : taken),
      operations(4),
    )
    expect((await outcome).written.toSorted()).toEqual(['0', '1', '2', '3'])
    expect(requests).toEqual([
      ['0', '1', '2', '3'],
      ['2', '3'],
    ])
  })

  it.each([
    ['is refused as a whole', said(429)],
    ['is not answered in time', new errors.TimeoutError('late')],
    ['meets a node that is away', new errors.ConnectionError('away')],
  ])('sends a request again that %s', async (_, failure) => {
    const { outcome, requests } = write(async (ids, request) => {
      if (request < 3) throw failure
      return () => taken
    }, operations(3))
    expect((await outcome).written).toHaveLength(3)
    expect(requests).toHaveLength(3)
  })

  it('gives up after its tries, and says what is left', async () => {
    const { outcome, requests } = write(
      async () => (id) => (id === '1' ? tooMuch : taken),
      operations(3),
    )
    expect(await outcome).toMatchObject({
      written: ['0', '2'],
      failed: [{ id: '1', status: 429, retryable: true }],
    })
    expect(requests).toHaveLength(5)
  })

  it('never sends again what is refused for itself', async () => {
    const { outcome, requests } = write(
      async () => (id) => (id === '1' ? broken : taken),
      operations(3),
    )
    expect(await outcome).toMatchObject({
      written: ['0', '2'],
      failed: [{ id: '1', status: 400, reason: 'document_parsing: no number', retryable: false }],
    })
    expect(requests).toHaveLength(1)
  })

  it.each([400, 413])('finds the one for which a request is answered %i', async (status) => {
    const { outcome, requests } = write(async (ids) => {
      if (ids.includes('5')) throw said(status)
      return () => taken
    }, operations(8))
    const { written, failed } = await outcome
    expect(written.toSorted()).toEqual(['0', '1', '2', '3', '4', '6', '7'])
    expect(failed).toMatchObject([{ id: '5', status, retryable: false }])
    expect(requests.length).toBeLessThanOrEqual(7)
  })

  it('does not send what is too large', async () => {
    const large = { id: 'large', version: 1, document: { name: 'a'.repeat(2_000) } }
    const { outcome, requests } = write(async () => () => taken, [large, ...operations(2)], {
      mostDocumentBytes: 1_000,
    })
    expect(await outcome).toMatchObject({
      written: ['0', '1'],
      failed: [{ id: 'large', status: 413, retryable: false }],
    })
    expect(requests).toEqual([['0', '1']])
  })

  it('bounds requests in bytes, and how many there are at once', async () => {
    const { outcome, requests, seen } = write(soon, operations(200, 100_000))
    expect((await outcome).written).toHaveLength(200)
    expect(seen.atOnce).toBeGreaterThan(1)
    expect(seen.atOnce).toBeLessThanOrEqual(4)
    expect(Math.max(...requests.map(({ length }) => length))).toBeLessThanOrEqual(52)
  })

  it('counts the requests of all who write at the same time together', async () => {
    const { client, seen } = elasticsearch(soon)
    const writer = createBulkWriter(client)
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, () => writer.write('goods', operations(1))),
    )
    expect(outcomes.flatMap(({ written }) => written)).toHaveLength(12)
    expect(seen.atOnce).toBeGreaterThan(1)
    expect(seen.atOnce).toBeLessThanOrEqual(4)
  })

  it('has one request under way when it was too much for long, whoever writes', async () => {
    const { client, seen } = elasticsearch(async (_, request) => {
      if (request <= 6) throw said(429)
      return soon()
    })
    const writer = createBulkWriter(client, { pauseMs: 1, tries: 10 })
    await writer.write('goods', operations(1))
    seen.atOnce = 0
    await Promise.all([writer.write('goods', operations(1)), writer.write('goods', operations(1))])
    expect(seen.atOnce).toBe(1)
  })

  it('sends no more at once while it looks for those that are refused', async () => {
    const { client, seen } = elasticsearch(async (ids) => {
      await soon()
      if (ids.length > 1) throw said(400)
      return () => broken
    })
    const { failed } = await createBulkWriter(client).write('goods', operations(16))
    expect(failed).toHaveLength(16)
    expect(seen.atOnce).toBeLessThanOrEqual(2)
  })

  it('sends less at once after it was too much', async () => {
    const { client, requests } = elasticsearch(async (_, request) => {
      if (request <= 2) throw said(429)
      return () => taken
    })
    const writer = createBulkWriter(client, { pauseMs: 1 })
    await writer.write('goods', operations(40, 100_000))
    expect(requests[0]!.length).toBeGreaterThan(requests[2]!.length * 2)
  })

  it('waits at one index for no other that answers nothing', async () => {
    const isAnswered = Promise.withResolvers<void>()
    const { client } = elasticsearch(async (_, __, alias) => {
      if (alias === writeAlias('silent')) await isAnswered.promise
      return () => taken
    })
    const writer = createBulkWriter(client)
    const held = Array.from({ length: 8 }, () => writer.write('silent', operations(1)))
    expect((await writer.write('goods', operations(1))).written).toEqual(['0'])
    isAnswered.resolve()
    expect((await Promise.all(held)).flatMap(({ written }) => written)).toHaveLength(8)
  })

  it('sends to one index no less for what another refuses', async () => {
    const { client, requests } = elasticsearch(async (_, __, alias) => {
      if (alias === writeAlias('full')) throw said(429)
      return () => taken
    })
    const writer = createBulkWriter(client, { pauseMs: 1 })
    await writer.write('full', operations(1))
    await writer.write('goods', operations(10, 100_000))
    expect(requests.at(-1)).toHaveLength(10)
  })

  it('gives the rest back unsent after a request that nobody answers', async () => {
    const { outcome, requests } = write(
      async () => Promise.reject(new errors.TimeoutError('late')),
      operations(100, 100_000),
    )
    const { failed } = await outcome
    expect(failed).toHaveLength(100)
    expect(failed.every(({ retryable }) => retryable)).toBe(true)
    // Two at once at first, then one for each try.
    expect(requests).toHaveLength(6)
  })

  it('sends first what was not sent yet, so that one request without an answer holds up no other', async () => {
    const { outcome } = write(
      async (ids) => {
        if (ids.includes('5')) throw new errors.TimeoutError('late')
        return () => taken
      },
      operations(100, 100_000),
    )
    const { written, failed } = await outcome
    expect(written.length + failed.length).toBe(100)
    expect(written.length).toBeGreaterThan(50)
    expect(failed).toContainEqual(expect.objectContaining({ id: '5', status: 503 }))
  })

  it('lets a refusal of all writing through', async () => {
    const { outcome } = write(async () => Promise.reject(said(403)), operations(2))
    await expect(outcome).rejects.toThrow(errors.ResponseError)
  })
})
