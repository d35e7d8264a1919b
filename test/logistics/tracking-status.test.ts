import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextPollMs } from '../../domain/logistics/next-poll.ts'
import { packAll } from '../../domain/logistics/pack.ts'
import {
  DEFAULT_TERMS,
  nextDue,
  silenceStage,
  slaDues,
  slaKey,
  type SlaView,
} from '../../domain/logistics/sla.ts'
import {
  handedOverAt,
  isEnd,
  isHandedOver,
  phaseOf,
  projectStatus,
  TRACKING_STATUSES,
  type LoggedEvent,
} from '../../domain/logistics/tracking-status.ts'
import { DAY_MS, HOUR_MS } from '../../domain/logistics/zone.ts'

const event = (
  status: LoggedEvent['status'],
  occurredAt: number,
  more: Partial<LoggedEvent> = {},
): LoggedEvent => ({
  ...{ key: `${status} ${occurredAt}`, status, occurredAt },
  ...{ isRevoked: false, isUnknownCode: false },
  ...more,
})
const anEvent = fc.record({
  key: fc.string({ minLength: 1 }),
  status: fc.constantFrom(...TRACKING_STATUSES),
  occurredAt: fc.integer({ min: 0, max: 20 }),
  isRevoked: fc.boolean(),
  isUnknownCode: fc.boolean(),
  reason: fc.constantFrom(null, 'partial', 'lost'),
})
const log = fc.uniqueArray(anEvent, { selector: ({ key }) => key, maxLength: 12 })

describe('where a shipment stands', () => {
  it('is its newest event, whenever that came', () => {
    const events = [event('in-transit', 5), event('accepted', 2), event('booked', 1)]
    expect(projectStatus(events)?.status).toBe('in-transit')
  })
  it('is its end, though something is dated later', () => {
    const events = [event('delivered', 5), event('in-transit', 9)]
    expect(projectStatus(events)?.status).toBe('delivered')
  })
  it('is what was delivered in part, whatever becomes of the rest', () => {
    const partial = event('delivered', 5, { reason: 'partial' })
    const ends = [event('returned', 9), event('lost', 9), event('delivered', 9)]
    for (const end of ends) {
      expect(projectStatus([partial, end])).toBe(partial)
      expect(projectStatus([end, { ...partial, isRevoked: true }])).toBe(end)
    }
    expect(projectStatus([event('delivered', 5), event('returned', 9)])?.status).toBe('returned')
  })
  it('is what it was before when its end is taken back', () => {
    const events = [event('out-for-delivery', 4), event('delivered', 5, { isRevoked: true })]
    expect(projectStatus(events)?.status).toBe('out-for-delivery')
  })
  it('is not what a carrier had cancelled, once that was seen to have it later', () => {
    const called = event('cancelled', 5)
    expect(projectStatus([called, event('accepted', 6)])?.status).toBe('accepted')
    expect(projectStatus([called, event('accepted', 4)])?.status).toBe('cancelled')
    for (const status of ['booked', 'exception', 'attempt-failed'] as const)
      expect(projectStatus([called, event(status, 6)])?.status).toBe('cancelled')
  })
  it('is no guess while nothing says that the carrier has it', () => {
    const guess = event('in-transit', 5, { isUnknownCode: true })
    expect(projectStatus([event('booked', 1), guess])?.status).toBe('booked')
    expect(projectStatus([guess])).toBeUndefined()
    expect(projectStatus([event('accepted', 1), guess])?.status).toBe('in-transit')
  })
  it('is with the carrier from the first event that says so', () => {
    const trouble = [event('booked', 1), event('exception', 2), event('attempt-failed', 3)]
    const guess = event('in-transit', 4, { isUnknownCode: true })
    expect(handedOverAt([...trouble, guess])).toBeUndefined()
    expect(handedOverAt([...trouble, event('in-transit', 6), event('accepted', 5)])).toBe(5)
    expect(handedOverAt([event('accepted', 5, { isRevoked: true })])).toBeUndefined()
    // Of a known status with a reason that nobody knows the status is none the less so.
    expect(handedOverAt([event('delivered', 7, { isUnknownCode: true })])).toBe(7)
  })
  it('does not depend on the order in which it was told, nor on how often', () => {
    fc.assert(
      fc.property(log, fc.array(fc.nat()), (events, shuffle) => {
        const mixed = events
          .map((one, index) => ({ one, by: shuffle[index] ?? index }))
          .sort((a, b) => a.by - b.by)
          .map(({ one }) => one)
        expect(projectStatus([...mixed, ...mixed])).toEqual(projectStatus(events))
      }),
      { seed: 8 },
    )
  })
  it('is nothing that was taken back', () => {
    fc.assert(
      fc.property(log, (events) => projectStatus(events)?.isRevoked !== true),
      { seed: 8 },
    )
  })
  it('names the phase that follows', () => {
    expect(phaseOf('courier-assigned', false)).toBe('booked')
    expect(phaseOf('accepted', false)).toBe('handed-over')
    expect(phaseOf('exception', false)).toBe('booked')
    expect(phaseOf('exception', true)).toBe('handed-over')
    expect(phaseOf('cancelled', false)).toBe('booked')
    expect(phaseOf('cancelled', true)).toBe('failed')
    expect(phaseOf('lost', true)).toBe('lost')
  })
})

describe('what will be missed', () => {
  const view = (more: Partial<SlaView> = {}): SlaView => ({
    ...{ status: 'in-transit', attempt: 1, statusAt: 0, bookedAt: 0, readyAt: 0 },
    promiseLatest: 10 * DAY_MS,
    hasLeft: isHandedOver(more.status ?? 'in-transit'),
    ...more,
  })
  const kinds = (more: Partial<SlaView>) => slaDues(view(more), DEFAULT_TERMS).map(slaKey)

  it('is the hand-over, counted from when it was ready', () => {
    const due = nextDue(view({ status: 'booked', readyAt: DAY_MS }), DEFAULT_TERMS, () => false)
    expect(due).toEqual({
      kind: 'hand-over-late',
      stage: '1',
      at: DAY_MS + DEFAULT_TERMS.handOverMs,
    })
  })
  it('is a scan, then the promise', () => {
    expect(kinds({})).toEqual(['silent in-transit', 'late'])
  })
  it('is each silence of a status, by the day of its scan', () => {
    const silences = [0, 3 * DAY_MS].map((statusAt) =>
      kinds({ statusAt, silence: silenceStage('in-transit', statusAt) }),
    )
    expect(silences).toEqual([
      ['silent in-transit 1970-01-01', 'late'],
      ['silent in-transit 1970-01-04', 'late'],
    ])
  })
  it('is predicted at once when the carrier expects it after the promise', () => {
    expect(kinds({ eta: 11 * DAY_MS })[0]).toBe('late-predicted')
    expect(kinds({ eta: 9 * DAY_MS })).not.toContain('late-predicted')
  })
  it('is the storage of what has arrived in time, not the promise', () => {
    const storedUntil = 12 * DAY_MS
    expect(kinds({ status: 'ready-for-pickup', statusAt: 9 * DAY_MS, storedUntil })).toEqual([
      'storage-expiring 1970-01-13',
    ])
    expect(kinds({ status: 'ready-for-pickup', statusAt: 11 * DAY_MS })).toEqual(['late'])
  })
  it('is nothing when it has ended', () => {
    for (const status of TRACKING_STATUSES.filter(isEnd)) expect(kinds({ status })).toEqual([])
  })
  it('comes in its order, and none of it twice', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TRACKING_STATUSES),
        fc.integer({ min: 0, max: 30 }),
        fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
        (status, statusDay, etaDay) => {
          const given = view({
            ...{ status, statusAt: statusDay * DAY_MS },
            eta: etaDay === undefined ? undefined : etaDay * DAY_MS,
          })
          const raised = new Set<string>()
          const times: number[] = []
          for (;;) {
            const due = nextDue(given, DEFAULT_TERMS, (key) => raised.has(key))
            if (!due) break
            expect(raised.has(slaKey(due))).toBe(false)
            raised.add(slaKey(due))
            times.push(due.at)
          }
          expect(times).toEqual(times.toSorted((a, b) => a - b))
          if (isHandedOver(status)) expect(raised.has('hand-over-late 1')).toBe(false)
        },
      ),
      { seed: 8 },
    )
  })
})

describe('asking again', () => {
  it('is rarer the longer nothing happens, and stops some days after the end', () => {
    expect(nextPollMs('in-transit', 3, 0)!).toBeGreaterThan(nextPollMs('in-transit', 0, 0)!)
    expect(nextPollMs('in-transit', 100, 0)).toBe(4 * HOUR_MS)
    expect(nextPollMs('delivered', 0, DAY_MS)).toBeDefined()
    expect(nextPollMs('delivered', 0, 3 * DAY_MS)).toBeUndefined()
  })
})

describe('packing', () => {
  const line = { quantity: 2, weightG: 300, lengthMm: 100, widthMm: 300, heightMm: 200 }
  it('lays units on their largest sides, one on the other', () => {
    expect(packAll([line, { ...line, quantity: 1, lengthMm: 400 }])).toEqual({
      ...{ weightG: 900, lengthMm: 400, widthMm: 300, heightMm: 400 },
    })
  })
  it('is not guessed for what has no weight', () => {
    expect(packAll([line, { ...line, weightG: null }])).toBeUndefined()
    expect(packAll([{ ...line, weightG: 0 }])).toBeUndefined()
  })
})
