import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  BookRequest,
  BookingKey,
  Carrier,
  CarrierAccount,
} from '../../clients/carriers/carrier.ts'
import { createCdek } from '../../clients/carriers/cdek/cdek.ts'
import { createDpd } from '../../clients/carriers/dpd/dpd.ts'
import { createUber } from '../../clients/carriers/uber/uber.ts'
import { createDispatcher, createWire } from '../../clients/carriers/wire.ts'
import { until } from '../support/until.ts'
import { startTestSimulator, type TestSimulator } from '../support/simulator.ts'
import type { FaultOrder } from '../../simulator/faults.ts'
import { accountAt, requestFor } from './simulated.ts'

let simulator: TestSimulator
const wire = createWire(createDispatcher())
const factories = { cdek: createCdek, dpd: createDpd, uber: createUber }

beforeAll(async () => {
  simulator = await startTestSimulator()
})
afterAll(() => simulator[Symbol.asyncDispose]())

let attempts = 0
/** None is the beginning of another: faults strike by beginnings. */
const newReference = () => `T-${String(++attempts).padStart(3, '0')}`

describe.each(['cdek', 'dpd', 'uber'] as const)('%s in trouble', (id) => {
  let carrier: Carrier
  beforeAll(() => {
    const account: CarrierAccount = accountAt(simulator, id)
    carrier = factories[id](account, wire)
  })

  /** A booking to come, and what it will meet. */
  async function meeting(
    fault: Omit<FaultOrder, 'carrier' | 'reference'>,
  ): Promise<{ request: BookRequest; key: BookingKey }> {
    const reference = newReference()
    const answer = await carrier.quote(requestFor(id), {})
    if (answer.outcome !== 'quoted') throw new Error(answer.reason.code)
    await simulator.fault({ carrier: id, reference, ...fault })
    const request = { ...requestFor(id), reference, quote: answer.quotes[0]! }
    return { request, key: { reference, readyAt: request.readyAt, mode: request.quote.mode } }
  }
  const found = (key: BookingKey) =>
    until(async () => {
      const answer = await carrier.find(key, {})
      return answer.outcome !== 'pending' && answer
    })
  const ledger = ({ reference }: BookingKey) => simulator.ledger(reference)

  it('has booked, though it did not say so', async () => {
    const { request, key } = await meeting({ kind: 'drop-after-commit', operation: 'book' })
    expect(await carrier.book(request, {})).toMatchObject({ outcome: 'unknown' })
    expect(await found(key)).toMatchObject({ outcome: 'booked' })
    expect(await ledger(key)).toHaveLength(1)
  })

  it('has booked, though too late for us', async () => {
    const fault = { kind: 'latency', ms: 1_500, effect: 'first', operation: 'book' } as const
    const { request, key } = await meeting(fault)
    expect(await carrier.book(request, { timeoutMs: 500 })).toMatchObject({
      ...{ outcome: 'unknown', reason: { code: 'timeout' } },
    })
    expect(await found(key)).toMatchObject({ outcome: 'booked' })
  })

  it.each<[FaultOrder['kind'], { status?: number }]>([
    ['drop', {}],
    ['status', { status: 503 }],
  ])('has not booked after a %s, which only it can say', async (kind, more) => {
    const { request, key } = await meeting({ kind, operation: 'book', ...more })
    expect(await carrier.book(request, {})).toMatchObject({ outcome: 'unknown' })
    expect(await carrier.find(key, {})).toEqual({ outcome: 'absent' })
    expect(await ledger(key)).toEqual([])
  })

  it('wants to be left alone for a while', async () => {
    const fault = { kind: 'status', status: 429, retryAfterSeconds: 7, operation: 'book' } as const
    const { request } = await meeting(fault)
    await expect(carrier.book(request, {})).rejects.toMatchObject({
      ...{ name: 'CarrierError', kind: 'unavailable', retryAfterMs: 7_000 },
    })
  })

  it('refuses', async () => {
    const { request, key } = await meeting({ kind: 'reject', operation: 'book' })
    const first = await carrier.book(request, {})
    const answer = first.outcome === 'pending' ? await found(key) : first
    expect(answer).toMatchObject({ outcome: 'rejected', reason: { kind: 'permanent' } })
  })

  it('never decides, and is cancelled all the same', async () => {
    const { request, key } = await meeting({ kind: 'never-confirm', operation: 'book' })
    const answer = await carrier.book(request, {})
    expect(answer.outcome).toBe(id === 'uber' ? 'booked' : 'pending')
    await until(async () =>
      ['cancelled', 'already'].includes((await carrier.cancel(key, {})).outcome),
    )
    expect(['rejected', 'absent']).toContain((await carrier.find(key, {})).outcome)
  })

  it('cannot be cancelled but by a person, or not any more', async () => {
    const { request, key } = await meeting({ kind: 'needs-human', operation: 'cancel' })
    await carrier.book(request, {})
    expect(await found(key)).toMatchObject({ outcome: 'booked' })
    const { outcome } = await until(async () => {
      const answer = await carrier.cancel(key, {})
      return answer.outcome !== 'pending' && answer
    })
    expect(['needs-human', 'too-late']).toContain(outcome)
    expect(await carrier.find(key, {})).toMatchObject({ outcome: 'booked' })
  })

  it('lives again after it was cancelled, and is asked to go again', async () => {
    const { request, key } = await meeting({
      kind: 'late-success',
      ms: 3_600_000,
      operation: 'cancel',
      times: 1,
    })
    await carrier.book(request, {})
    expect(await found(key)).toMatchObject({ outcome: 'booked' })
    const cancelled = () =>
      until(async () => {
        const { outcome } = await carrier.cancel(key, {})
        return outcome !== 'pending' && outcome
      })
    await cancelled()
    expect(await carrier.find(key, {})).toMatchObject({ outcome: 'rejected' })
    await simulator.advance(3_600_000)
    await until(async () => (await carrier.find(key, {})).outcome === 'booked')
    // Whom DPD has let through by hand, it lets go by hand.
    expect(await cancelled()).toMatch(id === 'dpd' ? /needs-human/ : /cancelled|already/)
  })

  it.each([['delivered'], ['returned']])('is tracked until it is %s', async (end) => {
    const { request, key } = await meeting({ kind: 'latency', ms: 0, operation: 'points' })
    await carrier.book(request, {})
    await found(key)
    const [booking] = await ledger(key)
    const statuses = async () => (await carrier.track(key, {})).events.map(({ status }) => status)
    for (const to of ['in-transit', 'out-for-delivery', end]) {
      await simulator.move(booking!.id, to)
      // Instants are told to the second: what comes within one is in any order.
      await simulator.advance(60_000)
    }
    await until(async () => {
      await simulator.advance(60_000)
      return (await statuses()).at(-1) === end
    })
    expect(await statuses()).toContain('booked')
    expect((await carrier.track(key, {})).events.filter((event) => event.isUnknownCode)).toEqual([])
    const outcome = await carrier.cancel(key, {})
    expect(['too-late', 'needs-human']).toContain(outcome.outcome)
  })
})

it('what the simulated CDEK and Uber call us with is understood', async () => {
  const calls: { headers: IncomingHttpHeaders; raw: Buffer }[] = []
  const listener = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      calls.push({ headers: request.headers, raw: Buffer.concat(chunks) })
      response.end()
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/hooks`
  const cdek = createCdek(accountAt(simulator, 'cdek'), wire)
  const uber = createUber(accountAt(simulator, 'uber'), wire)
  expect(await cdek.ensureWebhooks!(url, {})).toHaveProperty('refused')
  expect(await cdek.ensureWebhooks!(url, {})).toHaveProperty('refused')
  await simulator.call('POST', '/_admin/webhooks', { url, key: 'sim-webhook-key' })

  for (const carrier of [cdek, uber]) {
    const answer = await carrier.quote(requestFor(carrier.id), {})
    if (answer.outcome !== 'quoted') throw new Error(answer.reason.code)
    const reference = newReference()
    const request = { ...requestFor(carrier.id), reference, quote: answer.quotes[0]! }
    await carrier.book(request, {})
    const told = await until(() =>
      calls
        .map(({ headers, raw }) => carrier.parseWebhook!(raw, new Headers(headers as never)))
        .find((one) => one.outcome === 'told' && one.reference === reference),
    )
    expect(told).toMatchObject({ isHint: carrier.id === 'cdek', events: [{ status: 'booked' }] })
  }
  const ids = calls.map(({ raw }) => cdek.parseWebhook!(raw, new Headers()))
  const told = ids.flatMap((one) => (one.outcome === 'told' ? one.id : []))
  expect(new Set(told).size).toBe(told.length)
  listener.close()
})
