import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveOrders } from '../cache/helper-process.ts'
import { seeded } from '../generate/random.ts'

export type ReceiverOrder =
  | { say: 'open' }
  /** Keeps so many of a thousand from being answered well, by a seed. */
  | { say: 'fail'; perMille: number; seed: number }
  | { say: 'count' }
  /** Forgets what it has said. */
  | { say: 'receipts' }

/** One message as it came, in the order in which it came. */
export type Receipt = {
  webhookId: string
  /** The path that it was posted to. */
  path: string
  order: string
  change: number
  /** From the event to its receipt. */
  ms: number
  isFailed: boolean
}

export type ReceiverReport =
  { url: string } | { count: number; distinct: number; first: number; last: number } | Receipt[]

const HANG_MS = 30_000

let receipts: Receipt[] = []
let distinct = new Set<string>()
let count = 0
let first = 0
let last = 0
let mayFail = () => false

/** Answers at once, but what is posted to `/hang…`. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { timestamp, data } = JSON.parse(Buffer.concat(chunks).toString()) as {
      timestamp: string
      data: { orderId: string; change: number }
    }
    const now = Date.now()
    const isFailed = mayFail()
    const webhookId = String(request.headers['webhook-id'])
    first ||= now
    last = now
    count++
    if (!isFailed) distinct.add(webhookId)
    receipts.push({
      ...{ webhookId, path: request.url!, isFailed, ms: now - Date.parse(timestamp) },
      ...{ order: data.orderId, change: data.change },
    })
    if (request.url!.startsWith('/hang')) setTimeout(() => response.end(), HANG_MS).unref()
    else response.writeHead(isFailed ? 500 : 200).end()
  })
})
server.keepAliveTimeout = 60_000

serveOrders<ReceiverOrder, ReceiverReport>(async (order) => {
  switch (order.say) {
    case 'open':
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
    case 'fail': {
      const random = seeded(order.seed)
      mayFail = () => random() * 1_000 < order.perMille
      return []
    }
    case 'count':
      return { count, distinct: distinct.size, first, last }
    case 'receipts': {
      const said = receipts
      receipts = []
      distinct = new Set()
      count = first = last = 0
      return said
    }
  }
})
