import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  BookAnswer,
  BookingKey,
  BookRequest,
  Carrier,
  CarrierPoint,
  CarrierQuote,
  QuoteRequest,
} from '../../clients/carriers/carrier.ts'
import { createCarriers } from '../../clients/carriers/create-carriers.ts'
import type { CarrierAccount } from '../../clients/carriers/carrier.ts'
import { until } from '../support/until.ts'

export type Subject = {
  account: CarrierAccount
  /** Between two places that the carrier serves. */
  request: Omit<BookRequest, 'reference' | 'quote'>
  /** To a place that it does not. */
  nowhere: QuoteRequest['to']
  close(): Promise<void>
}

/** What every carrier behind the port keeps to, whoever answers: a simulator, a sandbox, another adapter. */
export function conforms(name: string, start: () => Promise<Subject>): void {
  describe(`${name} as a carrier`, () => {
    let subject: Subject
    let carrier: Carrier
    let attempts = 0
    const seed = Date.now().toString(36)

    beforeAll(async () => {
      subject = await start()
      carrier = createCarriers([subject.account])[0]!
    })
    afterAll(() => subject.close())

    const cheapest = async (more: Partial<QuoteRequest> = {}): Promise<CarrierQuote> => {
      const answer = await carrier.quote({ ...subject.request, ...more }, {})
      if (answer.outcome !== 'quoted') throw new Error(`refused: ${answer.reason.code}`)
      return answer.quotes[0]!
    }
    const requestOf = (quote: CarrierQuote, more: Partial<BookRequest> = {}): BookRequest => ({
      ...subject.request,
      ...{ reference: `C-${seed}-${++attempts}`, quote },
      ...more,
    })
    const keyOf = (request: BookRequest, answer?: BookAnswer): BookingKey => ({
      ...{ reference: request.reference, readyAt: request.readyAt, mode: request.quote.mode },
      ...(answer && 'carrierId' in answer && answer.carrierId
        ? { carrierId: answer.carrierId }
        : {}),
    })
    /** Until the carrier says yes or no. */
    async function settled(request: BookRequest): Promise<BookAnswer> {
      const first = await carrier.book(request, {})
      if (first.outcome !== 'pending') return first
      const key = keyOf(request, first)
      return until(async () => {
        const answer = await carrier.confirm(key, {})
        return answer.outcome !== 'pending' && answer.outcome !== 'unknown' && answer
      })
    }
    async function booked(more: Partial<BookRequest> = {}) {
      const request = requestOf(more.quote ?? (await cheapest()), more)
      const answer = await settled(request)
      if (answer.outcome !== 'booked') throw new Error(JSON.stringify(answer))
      return { request, answer, key: keyOf(request, answer) }
    }
    const gone = (key: BookingKey) =>
      until(async () => {
        const { outcome } = await carrier.cancel(key, {})
        return (outcome === 'cancelled' || outcome === 'already') && outcome
      })

    it('quotes what it costs and how long it takes, the cheapest first', async () => {
      const answer = await carrier.quote(subject.request, {})
      if (answer.outcome !== 'quoted') throw new Error(JSON.stringify(answer))
      const prices = answer.quotes.map(({ price }) => price.amount)
      expect(prices.length).toBeGreaterThan(0)
      expect(prices).toEqual(prices.toSorted((one, other) => one - other))
      for (const { price, transit, service, mode, carrier: id } of answer.quotes) {
        expect(id).toBe(carrier.id)
        expect(price.amount).toBeGreaterThan(0)
        expect(price.currency).toMatch(/^[A-Z]{3}$/)
        expect(service).not.toBe('')
        expect(mode).toMatch(/-door$/)
        if (transit.unit === 'instant')
          expect(Date.parse(transit.latest)).toBeGreaterThanOrEqual(Date.parse(transit.earliest))
        else expect(transit.max).toBeGreaterThanOrEqual(transit.min)
      }
    })

    it('refuses to go where it does not go', async () => {
      expect(await carrier.quote({ ...subject.request, to: subject.nowhere }, {})).toMatchObject({
        ...{ outcome: 'refused', reason: { kind: 'permanent' } },
      })
    })

    it('books once under one reference, and finds it by that', async () => {
      const { request, answer } = await booked()
      expect(answer.carrierId).not.toBe('')
      expect(answer.trackingNumber).not.toBe('')
      const again = await settled({ ...request, quote: await cheapest() })
      expect(again.outcome === 'duplicate' || again.outcome === 'booked').toBe(true)
      if (again.outcome === 'booked') expect(again.carrierId).toBe(answer.carrierId)
      expect(await carrier.find(keyOf(request), {})).toMatchObject({
        ...{ outcome: 'booked', carrierId: answer.carrierId },
      })
    })

    it('says that what it has never seen is absent, and has nothing to cancel', async () => {
      const never = keyOf(requestOf(await cheapest()))
      expect(await carrier.find(never, {})).toEqual({ outcome: 'absent' })
      expect(await carrier.cancel(never, {})).toEqual({ outcome: 'already' })
      expect(await carrier.track(never, {})).toMatchObject({ events: [] })
    })

    it('cancels, and then it is dead, however often it is asked', async () => {
      const { key } = await booked()
      await gone(key)
      const { outcome } = await carrier.find(key, {})
      expect(['rejected', 'absent']).toContain(outcome)
      expect(['cancelled', 'already']).toContain((await carrier.cancel(key, {})).outcome)
    })

    it('cancels by our reference alone', async () => {
      const { request, key } = await booked()
      await gone(keyOf(request))
      expect(['rejected', 'absent']).toContain((await carrier.find(key, {})).outcome)
    })

    it('tracks from the booking on, the same each time', async () => {
      const { key } = await booked()
      const { events } = await until(async () => {
        const told = await carrier.track(key, {})
        return told.events.some(({ status }) => status === 'booked') && told
      })
      const keys = events.map((event) => event.key)
      expect(new Set(keys).size).toBe(keys.length)
      for (const event of events) {
        expect(new Date(event.occurredAt).toISOString()).toBe(event.occurredAt)
        expect(event.isUnknownCode).toBeUndefined()
      }
      const again = (await carrier.track(key, {})).events.map((event) => event.key)
      expect(again.slice(0, keys.length)).toEqual(keys)
    })

    it('is not entered with a wrong secret', async () => {
      const [stranger] = createCarriers([{ ...subject.account, clientSecret: 'wrong' }])
      await expect(stranger!.quote(subject.request, {})).rejects.toMatchObject({
        ...{ name: 'CarrierError', kind: 'credentials', carrier: carrier.id },
      })
    })

    it('is not asked for who has left', async () => {
      const call = { signal: AbortSignal.abort() }
      await expect(carrier.quote(subject.request, call)).rejects.toMatchObject({
        ...{ name: 'CarrierError', kind: 'unavailable' },
      })
    })

    it('has points, if any, where a parcel can be sent to', async (context) => {
      if (!carrier.points) return context.skip(`${name} has no points`)
      const found = new Map<string, CarrierPoint>()
      for await (const page of carrier.points({ countryCode: 'RU' }, {}))
        for (const point of page) {
          expect(found.has(point.code)).toBe(false)
          found.set(point.code, point)
        }
      const cityCode = subject.request.to.carrierCityCodes?.[carrier.id]
      for (const kind of ['pvz', 'locker'] as const) {
        const point = [...found.values()].find(
          (one) => one.kind === kind && one.cityCode === cityCode && one.state === 'open',
        )
        if (!point) throw new Error(`No ${kind} in ${cityCode}`)
        expect(Math.abs(point.lat)).toBeLessThanOrEqual(90)
        expect(point.hours.every(({ day }) => day >= 1 && day <= 7)).toBe(true)
        expect(await carrier.point!(point.code, {})).toEqual(point)
        const there = { pointCode: point.code, pointKind: kind }
        const quote = await cheapest(there)
        expect(quote.mode).toMatch(/-point$/)
        const { key } = await booked({ ...there, quote })
        await gone(key)
      }
      expect(await carrier.point!('NO-SUCH-POINT', {})).toBeUndefined()
    })

    it('prints a label, if it has any', async (context) => {
      if (!carrier.label) return context.skip(`${name} has no labels`)
      const { key } = await booked()
      const label = await until(async () => {
        const answer = await carrier.label!(key, {})
        return answer.outcome === 'ready' && answer
      })
      expect(Buffer.from(label.pdf.subarray(0, 5)).toString()).toBe('%PDF-')
    })

    it('has a queue, if any, that is emptied only by confirming', async (context) => {
      const { queue } = carrier
      if (!queue) return context.skip(`${name} has no queue`)
      const { request } = await booked()
      const first = await until(async () => {
        const told = await queue.next({})
        return told.changes.some(({ reference }) => reference === request.reference) && told
      })
      const again = await queue.next({})
      expect(again.changes.map(({ event }) => event.key)).toEqual(
        expect.arrayContaining(first.changes.map(({ event }) => event.key)),
      )
      await queue.confirm(again.ticket!, {})
      const after = await queue.next({})
      const told = new Set(again.changes.map(({ event }) => event.key))
      expect(after.changes.filter(({ event }) => told.has(event.key))).toEqual([])
    })
  })
}
