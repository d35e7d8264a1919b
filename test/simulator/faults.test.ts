import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestSimulator, type Answer, type TestSimulator } from '../support/simulator.ts'
import { until } from '../support/until.ts'
import { startClient } from './client.ts'
import { bookings, type CarrierBookings } from './bookings.ts'

let simulator: TestSimulator
let carriers: CarrierBookings

beforeAll(async () => {
  simulator = await startTestSimulator()
  carriers = await bookings(simulator)
})
afterAll(() => simulator[Symbol.asyncDispose]())
beforeEach(async () => void (await simulator.call('DELETE', '/_admin/faults')))

const names = ['cdek', 'dpd', 'uber'] as const
/** Where each carrier says when it will arrive. */
const ESTIMATES = {
  cdek: /"planned_delivery_date":"([^"]+)"/,
  dpd: /<planDeliveryDate>([^<]+)</,
  uber: /"dropoff_eta":"([^"]+)"/,
}
let count = 0
/** A reference that no other test has. */
const fresh = (name: string) => `${name}-${++count}`

describe.each(names)('faults of %s', (carrier) => {
  it('answers with a status, without any effect, as often as it is told to', async () => {
    const reference = fresh('status')
    await simulator.fault({ carrier, operation: 'book', kind: 'status', status: 429, times: 1 })
    const refused = await carriers[carrier].book(reference)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await simulator.ledger(reference)).toEqual([])
    expect((await carriers[carrier].book(reference)).status).toBeLessThan(300)
  })

  it('breaks the connection before anything has happened', async () => {
    const reference = fresh('drop')
    await simulator.fault({ carrier, operation: 'book', kind: 'drop', times: 1 })
    await expect(carriers[carrier].book(reference)).rejects.toThrow('fetch failed')
    expect(await simulator.ledger(reference)).toEqual([])
  })

  it('breaks the connection when all has happened', async () => {
    const reference = fresh('commit')
    await simulator.fault({ carrier, operation: 'book', kind: 'drop-after-commit', times: 1 })
    await expect(carriers[carrier].book(reference)).rejects.toThrow('fetch failed')
    expect(await simulator.ledger(reference)).toHaveLength(1)
  })

  it('answers late what has happened at once, or lets it happen late', async () => {
    const [first, last] = [fresh('first'), fresh('last')]
    const fault = { carrier, operation: 'book', kind: 'latency', ms: 400, times: 1 } as const
    await simulator.fault(
      { ...fault, reference: first },
      { ...fault, reference: last, effect: 'last' },
    )
    const answers = Promise.all([carriers[carrier].book(first), carriers[carrier].book(last)])
    await until(async () => (await simulator.ledger(first)).length === 1, { everyMs: 5 })
    expect(await simulator.ledger(last)).toEqual([])
    for (const { status } of await answers) expect(status).toBeLessThan(300)
    expect(await simulator.ledger(last)).toHaveLength(1)
  })

  it('refuses for good in its own words', async () => {
    const reference = fresh('reject')
    await simulator.fault({ carrier, operation: 'book', kind: 'reject', reference })
    await carriers[carrier].book(reference)
    await simulator.advance(2000)
    expect((await simulator.ledger(reference)).filter(({ isLive }) => isLive)).toEqual([])
  })

  it('lives again after it was cancelled', async () => {
    const reference = fresh('late')
    await simulator.fault({
      carrier,
      operation: 'cancel',
      kind: 'late-success',
      ms: 60_000,
      reference,
    })
    await carriers[carrier].book(reference)
    await simulator.advance(2000)
    await carriers[carrier].cancel(reference)
    await simulator.advance(2000)
    expect(await simulator.ledger(reference)).toMatchObject([{ state: 'cancelled', isLive: false }])
    await simulator.advance(60_000)
    const [revived] = await simulator.ledger(reference)
    expect(revived).toMatchObject({ isLive: true, revivedAt: expect.any(String) })
    expect(revived).not.toHaveProperty('cancelledAt')
  })

  it('is cancelled by a person only', async () => {
    const reference = fresh('human')
    await simulator.fault({ carrier, operation: 'cancel', kind: 'needs-human', reference })
    await carriers[carrier].book(reference)
    await simulator.advance(2000)
    await carriers[carrier].cancel(reference)
    await simulator.advance(2000)
    expect(await simulator.ledger(reference)).toMatchObject([{ state: 'booked', isLive: true }])
  })

  it('has a script for each shipment, whoever else books', async () => {
    const [mine, theirs] = [fresh('script-a'), fresh('script-b')]
    await simulator.fault({
      carrier,
      operation: 'book',
      kind: 'status',
      status: 503,
      reference: mine,
    })
    const attempts = await Promise.all([
      carriers[carrier].book(`${mine}-1`),
      carriers[carrier].book(theirs),
    ])
    expect(attempts.map(({ status }) => status >= 500)).toEqual([true, false])
  })

  it('strikes by chance, and the same ones for the same seed', async () => {
    const strike = async (seed: string) => {
      await using other = await startTestSimulator({ seed, pointCount: 100 })
      const booking = (await bookings(other))[carrier]
      await other.fault({
        carrier,
        operation: 'book',
        kind: 'status',
        status: 500,
        probability: 0.5,
      })
      const outcomes: boolean[] = []
      for (let n = 0; n < 30; n++) outcomes.push((await booking.book(`chance-${n}`)).status === 500)
      return outcomes
    }
    const [one, same, other] = [await strike('a'), await strike('a'), await strike('b')]
    expect(same).toEqual(one)
    expect(other).not.toEqual(one)
    const share = one.filter(Boolean).length / one.length
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.8)
  })

  it('is not used up by what it has nothing to do with', async () => {
    const reference = fresh('kept')
    await simulator.fault(
      { carrier, kind: 'needs-human', times: 2 },
      { kind: 'webhook-duplicate', times: 1 },
    )
    await simulator.call('GET', `/cdek/v2/deliverypoints?code=${reference}`)
    const { body } = await simulator.call('GET', '/_admin/faults')
    expect((body as { faults: { struck: number }[] }).faults.map(({ struck }) => struck)).toEqual([
      0, 0,
    ])
    await carriers[carrier].book(reference)
    const after = (await simulator.call('GET', '/_admin/faults')).body as typeof body
    expect((after as { faults: { struck: number }[] }).faults[0]!.struck).toBe(1)
  })

  it('is there no more when it has been removed', async () => {
    const reference = fresh('gone')
    await simulator.fault({ carrier, operation: 'book', kind: 'status', status: 503, reference })
    expect((await carriers[carrier].book(reference)).status).toBe(503)
    await simulator.call('DELETE', `/_admin/faults?reference=${reference}`)
    expect((await carriers[carrier].book(reference)).status).toBeLessThan(300)
  })
})

describe.each(['cdek', 'dpd'] as const)('%s, which decides later', (carrier) => {
  it('never decides', async () => {
    const reference = fresh('never')
    await simulator.fault({ carrier, operation: 'book', kind: 'never-confirm', reference })
    await carriers[carrier].book(reference)
    await simulator.advance(30 * 24 * 3_600_000)
    carriers = await bookings(simulator)
    expect(await simulator.ledger(reference)).toMatchObject([
      { state: 'booking-pending', isLive: true },
    ])
  })

  it('never decides either where the fault is said to be of the confirmation', async () => {
    const reference = fresh('confirm')
    await simulator.fault({ carrier, operation: 'confirm', kind: 'never-confirm', reference })
    await carriers[carrier].book(reference)
    await simulator.advance(5000)
    expect(await simulator.ledger(reference)).toMatchObject([{ state: 'booking-pending' }])
  })

  it('decides late', async () => {
    const reference = fresh('slow')
    await simulator.fault({
      carrier,
      operation: 'book',
      kind: 'slow-confirm',
      ms: 600_000,
      reference,
    })
    await carriers[carrier].book(reference)
    await simulator.advance(599_000)
    expect(await simulator.ledger(reference)).toMatchObject([{ state: 'booking-pending' }])
    await simulator.advance(1_000)
    expect(await simulator.ledger(reference)).toMatchObject([{ state: 'booked' }])
  })

  it('takes an order through that was cancelled before it was decided', async () => {
    const reference = fresh('both')
    await simulator.fault({
      carrier,
      operation: 'book',
      kind: 'late-success',
      ms: 60_000,
      reference,
    })
    await carriers[carrier].book(reference)
    await simulator.advance(3_600_000)
    carriers = await bookings(simulator)
    expect(await simulator.ledger(reference)).toMatchObject([{ state: 'booking-pending' }])
    await carriers[carrier].cancel(reference)
    await simulator.advance(1000)
    expect(await simulator.ledger(reference)).toMatchObject([{ state: 'cancelled' }])
    await simulator.advance(60_000)
    expect(await simulator.ledger(reference)).toMatchObject([{ state: 'booked', isLive: true }])
  })
})

describe('Uber', () => {
  it('finds no courier, at the quote or ever', async () => {
    await simulator.fault({ carrier: 'uber', kind: 'couriers-busy', operation: 'book', times: 1 })
    const busy = await carriers.uber.book(fresh('busy'))
    expect(busy).toMatchObject({ status: 503, body: { code: 'couriers_busy' } })
    await using other = await startTestSimulator({ journeys: 'auto' })
    await other.fault({
      carrier: 'uber',
      operation: 'book',
      kind: 'never-confirm',
      reference: 'alone',
    })
    const { uber } = await bookings(other)
    for (const reference of ['alone', 'found']) await uber.book(reference)
    await other.advance(3_600_000)
    expect(await other.ledger('alone')).toMatchObject([{ rawState: 'pending', state: 'booked' }])
    expect(await other.ledger('found')).toMatchObject([
      { rawState: 'delivered', state: 'delivered' },
    ])
  })

  it.each([
    ['twice', 'webhook-duplicate', ['pending', 'pending', 'canceled', 'canceled']],
    ['after the next one', 'webhook-disorder', ['canceled', 'pending']],
  ] as const)('tells of an event %s', async (_how, kind, statuses) => {
    await using client = await startClient()
    await using other = await startTestSimulator({ uberWebhook: { url: client.url, key: 'k' } })
    const { uber } = await bookings(other)
    await other.fault({
      carrier: 'uber',
      kind,
      operation: 'track',
      ...(kind === 'webhook-disorder' ? { times: 1 } : {}),
    })
    await uber.book('told')
    if (kind === 'webhook-duplicate') await until(() => client.told.length === 2)
    await uber.cancel('told')
    await until(() => client.told.length === (kind === 'webhook-duplicate' ? 4 : 1))
    await other.advance(10_000)
    await until(() => client.told.length === statuses.length)
    expect(client.told.map(({ body }) => body.status)).toEqual(statuses)
    expect(new Set(client.told.map(({ body }) => body.id)).size).toBe(2)
  })
})

describe('the admin routes', () => {
  const refused = async (method: string, path: string, body: unknown): Promise<Answer> => {
    const answer = await simulator.call(method, `/_admin${path}`, body)
    expect(answer.body).toMatchObject({ error: expect.any(String) })
    return answer
  }

  it.each([
    ['an unknown kind', '/faults', { kind: 'earthquake' }],
    ['a probability above one', '/faults', { kind: 'drop', probability: 2 }],
    ['a word too many', '/faults', { kind: 'drop', often: true }],
    ['a clock that goes back', '/clock', { advanceMs: -1 }],
  ])('refuse %s', async (_what, path, body) => {
    expect((await refused('POST', path, body)).status).toBe(400)
  })

  it('know no booking and no point but their own, and no state but those there are', async () => {
    expect((await refused('POST', '/bookings/none/advance', { to: 'next' })).status).toBe(404)
    expect((await refused('PUT', '/points/cdek/NOWHERE', { state: 'full' })).status).toBe(404)
    expect((await refused('PUT', '/points/uber/X', { state: 'full' })).status).toBe(404)
    const reference = fresh('state')
    await carriers.uber.book(reference)
    const [booking] = await simulator.ledger(reference)
    expect(
      (await refused('POST', `/bookings/${booking!.id}/advance`, { to: 'flying' })).status,
    ).toBe(400)
  })

  it('put an estimate off', async () => {
    const estimate = async (name: (typeof names)[number], reference: string) => {
      const { body } = await carriers[name].show(reference)
      const [, date = ''] = ESTIMATES[name].exec(JSON.stringify(body)) ?? []
      return Date.parse(date)
    }
    for (const name of names) {
      const reference = fresh('delay')
      await carriers[name].book(reference)
      await simulator.advance(2000)
      const [{ id } = { id: '' }] = await simulator.ledger(reference)
      await simulator.move(id, 'accepted')
      const before = await estimate(name, reference)
      await simulator.move(id, 'delay:48')
      expect((await estimate(name, reference)) - before, name).toBe(48 * 3_600_000)
    }
  })

  it('move parcels by themselves as the clock runs, to the end', async () => {
    await using other = await startTestSimulator({ journeys: 'auto' })
    const all = await bookings(other)
    for (const name of names) await all[name].book(`auto-${name}`)
    await other.advance(40 * 24 * 3_600_000)
    const ledger = await other.ledger('auto-')
    expect(ledger.map(({ carrier, state }) => [carrier, state])).toEqual(
      names.map((name) => [name, 'delivered']),
    )
  })

  it('forget everything on reset', async () => {
    await using other = await startTestSimulator()
    const { uber } = await bookings(other)
    await other.fault({ kind: 'drop', operation: 'points' })
    await uber.book('reset-1')
    await other.call('POST', '/_admin/reset')
    expect(await other.ledger()).toEqual([])
    expect((await other.call('GET', '/_admin/faults')).body).toEqual({ faults: [] })
    await uber.book('reset-1')
    expect(await other.ledger()).toHaveLength(1)
  })

  it('show it all on a page', async () => {
    const reference = fresh('<page>')
    await carriers.uber.book(reference)
    const { body, headers } = await simulator.call('GET', '/')
    expect(headers.get('content-type')).toContain('text/html')
    expect(body).toContain(reference.replace('<', '&lt;').replace('>', '&gt;'))
    expect(body).not.toContain('<page>')
  })
})
