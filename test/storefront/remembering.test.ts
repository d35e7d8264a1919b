import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { orLast, steady } from '../../api/storefront/remembering.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a steady answer', () => {
  /** Reads that end when they are told to. */
  function reads() {
    const begun: PromiseWithResolvers<string>[] = []
    const read = () => {
      const reading = Promise.withResolvers<string>()
      begun.push(reading)
      return reading.promise
    }
    return { begun, read }
  }

  it('is one for everybody who asks within its time', async () => {
    const { begun, read } = reads()
    const answer = steady(read, 100)
    const asked = [answer(), answer()]
    begun[0]!.resolve('first')
    expect(await Promise.all(asked)).toEqual(['first', 'first'])
    vi.advanceTimersByTime(100)
    void answer()
    expect(begun).toHaveLength(2)
  })

  it('serves while the next one is on its way, and no longer than it may', async () => {
    const { begun, read } = reads()
    const answer = steady(read, 100, 300)
    void answer()
    begun[0]!.resolve('first')
    vi.advanceTimersByTime(150)
    expect(await answer()).toBe('first')
    expect(await answer()).toBe('first')
    expect(begun).toHaveLength(2)
    begun[1]!.resolve('second')
    await vi.advanceTimersByTimeAsync(0)
    expect(await answer()).toBe('second')

    vi.advanceTimersByTime(300)
    const third = answer()
    begun[2]!.resolve('third')
    expect(await third).toBe('third')
  })

  it('outlives a renewal that fails, and asks again after a failure', async () => {
    const { begun, read } = reads()
    const answer = steady(read, 100, 300)
    void answer()
    begun[0]!.resolve('first')
    vi.advanceTimersByTime(150)
    await answer()
    begun[1]!.reject(new Error('away'))
    await vi.advanceTimersByTimeAsync(0)
    expect(await answer()).toBe('first')
    begun[2]!.reject(new Error('away'))
    await vi.advanceTimersByTimeAsync(200)

    const failing = answer()
    begun[3]!.reject(new Error('still away'))
    await expect(failing).rejects.toThrow('still away')
    const healed = answer()
    begun[4]!.resolve('back')
    expect(await healed).toBe('back')
  })
})

describe('the last answer in need', () => {
  it('serves while there is no other, until it is too old', async () => {
    const read = vi.fn<() => Promise<string>>()
    const answer = orLast(read, 1_000)
    read.mockRejectedValueOnce(new Error('away'))
    await expect(answer()).rejects.toThrow('away')
    read.mockResolvedValueOnce('first')
    expect(await answer()).toBe('first')
    read.mockRejectedValue(new Error('away'))
    vi.advanceTimersByTime(999)
    expect(await answer()).toBe('first')
    vi.advanceTimersByTime(1)
    await expect(answer()).rejects.toThrow('away')
    read.mockResolvedValueOnce('second')
    expect(await answer()).toBe('second')
  })

  it('is as old as when it was asked for', async () => {
    const slow = Promise.withResolvers<string>()
    const read = vi.fn<() => Promise<string>>().mockReturnValueOnce(slow.promise)
    const answer = orLast(read, 1_000)
    const asked = answer()
    vi.advanceTimersByTime(600)
    slow.resolve('first')
    await asked
    read.mockRejectedValue(new Error('away'))
    vi.advanceTimersByTime(400)
    await expect(answer()).rejects.toThrow('away')
  })

  it('is waited for once only while nothing else comes, and gives way to the next one', async () => {
    const hanging = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
    const read = vi
      .fn<() => Promise<string>>()
      .mockResolvedValueOnce('first')
      .mockRejectedValueOnce(new Error('away'))
      .mockReturnValueOnce(hanging[0]!.promise)
      .mockReturnValueOnce(hanging[1]!.promise)
    const answer = orLast(read, 1_000)
    await answer()
    expect(await answer()).toBe('first')

    expect(await Promise.all([answer(), answer()])).toEqual(['first', 'first'])
    expect(read).toHaveBeenCalledTimes(3)
    hanging[0]!.reject(new Error('still away'))
    await vi.advanceTimersByTimeAsync(0)
    expect(await answer()).toBe('first')
    hanging[1]!.resolve('second')
    await vi.advanceTimersByTimeAsync(0)
    expect(read).toHaveBeenCalledTimes(4)
    read.mockRejectedValueOnce(new Error('away again'))
    expect(await answer()).toBe('second')
  })

  it('is not taken for an answer long after a failure', async () => {
    const read = vi
      .fn<() => Promise<string>>()
      .mockResolvedValueOnce('first')
      .mockRejectedValueOnce(new Error('away'))
    const answer = orLast(read, 10_000)
    await answer()
    await answer()
    vi.advanceTimersByTime(2_000)
    read.mockResolvedValueOnce('second')
    expect(await answer()).toBe('second')
  })
})
