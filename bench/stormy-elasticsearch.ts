import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'

export type Storm = {
  /** Where the worker finds its Elasticsearch. */
  url: string
  /** Whether bulk requests meet bad weather. */
  raging: boolean
  /** Answers of 429 for a request, items answered 429, answers that were lost after the work was done. */
  counts: { refusedRequests: number; refusedItems: number; lostAnswers: number }
  /** Resolves when a bulk request comes in. */
  nextBulk(): Promise<void>
  close(): Promise<void>
}

type Operation = { action: 'index' | 'delete'; id: string; lines: string[] }

/**
 * Stands before Elasticsearch and, while it rages, answers bulk requests as an overloaded cluster behind a bad network
 * does: 429 for the whole, 429 for some of the items (which are then not written), late, or not at all although the work
 * was done.
 */
export async function openStorm(target: string, random: () => number): Promise<Storm> {
  let awaitBulk = Promise.withResolvers<void>()
  const counts = { refusedRequests: 0, refusedItems: 0, lostAnswers: 0 }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request)
    const isBulk = request.url?.includes('/_bulk') ?? false
    if (isBulk) {
      awaitBulk.resolve()
      awaitBulk = Promise.withResolvers()
    }
    const weather = isBulk && storm.raging ? random() : 1
    if (weather < 0.3) {
      counts.refusedRequests++
      return answer(response, 429, JSON.stringify({ error: REJECTED, status: 429 }))
    }
    if (weather < 0.5) return partly(request, body, response)
    if (weather < 0.6) await pause(random() * 1_000)
    const answered = await forward(request, body)
    if (weather >= 0.6 && weather < 0.7) {
      counts.lostAnswers++
      response.destroy()
      return
    }
    answer(response, answered.status, Buffer.from(await answered.arrayBuffer()))
  }

  /** A third of the items is refused, the rest is passed on. */
  async function partly(request: IncomingMessage, body: Buffer, response: ServerResponse) {
    const operations = operationsOf(body)
    const refused = new Set(operations.filter(() => random() < 1 / 3))
    counts.refusedItems += refused.size
    const passed = operations.filter((operation) => !refused.has(operation))
    const lines = passed.flatMap((operation) => operation.lines).join('\n')
    const answered: { items: object[] } =
      passed.length === 0
        ? { items: [] }
        : ((await (await forward(request, Buffer.from(`${lines}\n`))).json()) as {
            items: object[]
          })
    const items = operations.map((operation) =>
      refused.has(operation)
        ? { [operation.action]: { _id: operation.id, status: 429, error: REJECTED } }
        : answered.items.shift(),
    )
    answer(response, 200, JSON.stringify({ ...answered, errors: true, took: 1, items }))
  }

  const forward = ({ url, method, headers }: IncomingMessage, body: Buffer) =>
    fetch(new URL(url ?? '/', target), {
      method: method ?? 'GET',
      headers: {
        'content-type': headers['content-type'] ?? 'application/json',
        accept: headers.accept ?? '*/*',
        'accept-encoding': 'identity',
      },
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    })

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const storm: Storm = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    raging: false,
    counts,
    nextBulk: () => awaitBulk.promise,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return storm
}

const REJECTED = { type: 'es_rejected_execution_exception', reason: 'too much at once' }

function answer(response: ServerResponse, status: number, body: string | Buffer): void {
  response.writeHead(status, {
    'content-type': 'application/vnd.elasticsearch+json;compatible-with=9',
    'x-elastic-product': 'Elasticsearch',
  })
  response.end(body)
}

function operationsOf(body: Buffer): Operation[] {
  const operations: Operation[] = []
  const lines = body.toString().split('\n').filter(Boolean)
  for (let at = 0; at < lines.length;) {
    const [[action, { _id }]] = Object.entries(JSON.parse(lines[at]!) as object) as [
      ['index' | 'delete', { _id: string }],
    ]
    const length = action === 'delete' ? 1 : 2
    operations.push({ action, id: _id, lines: lines.slice(at, at + length) })
    at += length
  }
  return operations
}
