import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { sql, type Kysely } from 'kysely'
import { issueApiKey } from '../api/issue-api-key.ts'
import type { Database } from '../db/database.ts'
import { buyer, deliverTo, stockedShop, unitsOf } from '../test/orders/shop-goods.ts'
import type { ApiProcess, Product } from '../test/support/processes.ts'
import { openMarketplace } from './marketplace.ts'

export const AT_ONCE = 50
/** Keys that are stormed at the same time. */
const LANES = 4
const UNREACHED = { RATE_LIMIT_KEY: '99999999/1', RATE_LIMIT_SELLER_DAY: '999999999/86400' }

export type IdempotencyFigures = {
  keys: number
  requests: number
  /** How often each status was answered; `cut` for none at all. */
  answers: Record<string, number>
  /** Keys under which not everybody got the same 201. */
  differing: number
  orders: number
  /** Keys whose order is not one, with one event and one audit entry. */
  notOnce: number
  unitsTaken: number
  seconds: number
}

export type IdempotencyScene = {
  owner: Kysely<Database>
  product: Pick<Product, 'startApi'>
  /** After the kill; a test that does not wait for claims to end ends them here. */
  onKilled?: () => Promise<unknown>
}

/**
 * Under each key 50 clients order the same at once, and ask again until each has its 201. The process is killed when half
 * of the keys are through, and another one takes its place.
 */
export async function stormKeys(
  { owner, product, onKilled }: IdempotencyScene,
  keys: number,
): Promise<IdempotencyFigures> {
  const { sellerId, goods } = await stockedShop(owner, { goods: 1, units: keys + AT_ONCE })
  const scopes = ['orders:write'] as const
  const { key } = await issueApiKey(owner, { sellerId, name: 'storm', scopes })
  const body = JSON.stringify({
    lines: [{ shopProductId: goods[0], quantity: 1 }],
    ...{ buyer, deliverTo },
  })
  const answers: Record<string, number> = {}
  let requests = 0
  let api: ApiProcess = await product.startApi({ env: UNREACHED })

  async function order(name: string): Promise<string | undefined> {
    requests++
    const response = await fetch(`${api.url}/v1/orders`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${key}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': name,
      },
      body,
    }).catch(() => undefined)
    const text = await response?.text().catch(() => undefined)
    const status = response && text !== undefined ? response.status : 'cut'
    answers[status] = (answers[status] ?? 0) + 1
    return status === 201 ? text : undefined
  }
  async function insist(name: string): Promise<string> {
    for (;;) {
      const text = await order(name)
      if (text !== undefined) return text
      await pause(100)
    }
  }

  const startedAt = performance.now()
  const names = Array.from({ length: keys }, (_, at) => `order-${at}`)
  let through = 0
  let differing = 0
  let replacing: Promise<void> | undefined
  const replace = async () => {
    // Not between two storms but in one.
    await pause(5)
    await api.kill9()
    await onKilled?.()
    api = await product.startApi({ env: UNREACHED })
  }
  const lane = async (from: number) => {
    for (let at = from; at < names.length; at += LANES) {
      if (through >= keys / 2) replacing ??= replace()
      const told = await Promise.all(Array.from({ length: AT_ONCE }, () => insist(names[at]!)))
      const [first, ...others] = told.map((text) => JSON.parse(text) as unknown)
      if (!others.every((other) => isDeepStrictEqual(other, first))) differing++
      through++
    }
  }
  await Promise.all(Array.from({ length: LANES }, (_, from) => lane(from)))
  await replacing
  const seconds = (performance.now() - startedAt) / 1_000

  const effects = await effectsOf(owner, sellerId)
  return {
    ...{ keys, requests, answers, differing, seconds },
    orders: effects.length,
    notOnce: effects.filter(({ events, entries }) => events !== '1' || entries !== '1').length,
    unitsTaken: keys + AT_ONCE - (await unitsOf(owner, goods[0]!)),
  }
}

/** Of each order, how often it was told of. */
const effectsOf = async (owner: Kysely<Database>, sellerId: string) =>
  (
    await sql<{ events: string; entries: string }>`
      select (select count(*) from event where subject = 'order:' || o.id and type = 'order.created') as events,
        (select count(*) from audit_entry where subject = 'order:' || o.id and action = 'order.created') as entries
      from sales_order o where seller_id = ${sellerId}`.execute(owner)
  ).rows

export async function run(keys: number): Promise<string> {
  const market = await openMarketplace()
  try {
    const { owner, product } = market
    return table(await stormKeys({ owner: owner.db, product }, keys))
  } finally {
    await market.close()
  }
}

function table(figures: IdempotencyFigures): string {
  const { keys, answers } = figures
  const rows = [
    ['idempotency keys, each sent by 50 clients at once', keys],
    ['requests, until each client had its 201', figures.requests],
    ['answered 201', answers[201] ?? 0],
    ['answered 409 (in progress)', answers[409] ?? 0],
    ['cut off by the kill -9', answers['cut'] ?? 0],
    [
      'answered anything else',
      Object.entries(answers)
        .filter(([status]) => !['201', '409', 'cut'].includes(status))
        .map(([status, times]) => `${times} × ${status}`)
        .join(', ') || '0',
    ],
    ['keys under which two clients were told different things (0)', figures.differing],
    [`orders made (${keys})`, figures.orders],
    ['orders without exactly one event and one audit entry (0)', figures.notOnce],
    [`units out of stock (${keys})`, figures.unitsTaken],
    ['everything, s', figures.seconds.toFixed(0)],
  ]
  return ['| | |', '|---|---:|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n')
}
