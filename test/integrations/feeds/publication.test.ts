import { describe, expect, it } from 'vitest'
import { isDue, shrinksTooMuch } from '../../../domain/integrations/feeds/publication.ts'

const now = new Date('2026-11-23T12:00:00Z')
const daysAgo = (days: number) => new Date(now.getTime() - days * 24 * 60 * 60 * 1_000)
const settled = (fingerprint: string, days = 0) => ({ fingerprint, finishedAt: daysAgo(days) })
const nothing = { published: undefined, held: undefined }

describe('a publication is due', () => {
  it('when there was none', () => expect(isDue('a', nothing, now)).toBe(true))
  it('when the inputs have changed', () =>
    expect(isDue('b', { ...nothing, published: settled('a') }, now)).toBe(true))
  it('when the file grows too old for Yandex', () =>
    expect(isDue('a', { ...nothing, published: settled('a', 8) }, now)).toBe(true))
})

describe('a publication is not due', () => {
  it('when nothing has changed', () =>
    expect(isDue('a', { ...nothing, published: settled('a', 6) }, now)).toBe(false))
  it('when the same content is held already', () =>
    expect(isDue('b', { published: settled('a'), held: settled('b') }, now)).toBe(false))
})

it.each([
  [100, 70, false],
  [100, 69, true],
  [0, 0, false],
  [1, 0, true],
  [10, 200, false],
])('of %i items %i are left: held is %s', (before, items, held) => {
  expect(shrinksTooMuch(before, items)).toBe(held)
})
