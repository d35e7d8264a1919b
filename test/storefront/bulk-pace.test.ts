import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  FIRST_PACE,
  nextPace,
  passageOf,
  type BulkPassage,
} from '../../clients/elasticsearch/bulk-pace.ts'

const after = (passages: BulkPassage[]) => passages.reduce(nextPace, FIRST_PACE)
const times = (count: number, passage: BulkPassage) => Array<BulkPassage>(count).fill(passage)

describe('the pace of bulk requests', () => {
  it('grows a little with each quick answer, to a bound', () => {
    const once = after(['quick'])
    expect(once.bytes).toBeGreaterThan(FIRST_PACE.bytes)
    expect(once.bytes).toBeLessThan(FIRST_PACE.bytes * 1.5)
    expect(after(times(1_000, 'quick'))).toEqual({ bytes: 5 * 1024 ** 2, concurrency: 4 })
  })

  it('halves when it was too much, down to one small request at a time', () => {
    expect(after(['refused'])).toEqual({
      bytes: FIRST_PACE.bytes / 2,
      concurrency: FIRST_PACE.concurrency / 2,
    })
    expect(after(times(100, 'refused'))).toEqual({ bytes: 64 * 1024, concurrency: 1 })
  })

  it('makes requests smaller, not fewer, when answers are slow', () => {
    const { bytes, concurrency } = after(['slow'])
    expect(bytes).toBe(FIRST_PACE.bytes / 2)
    expect(concurrency).toBe(FIRST_PACE.concurrency)
    expect(passageOf(499)).toBe('quick')
    expect(passageOf(501)).toBe('slow')
  })

  it('recovers from anything', () => {
    const passages = fc.array(
      fc.constantFrom<BulkPassage>('quick', 'slow', 'refused', 'unanswered'),
    )
    fc.assert(
      fc.property(passages, (given) => {
        const { bytes, concurrency } = after([...given, ...times(100, 'quick')])
        expect(concurrency).toBe(4)
        expect(bytes).toBe(5 * 1024 ** 2)
      }),
    )
  })
})
