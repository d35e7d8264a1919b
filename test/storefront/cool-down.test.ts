import { expect, it, vi } from 'vitest'
import { createCoolDown } from '../../clients/cache/cool-down.ts'

const failing = async () => {
  throw new Error('away')
}

it('gives undefined instead of an error', async () => {
  const attempt = createCoolDown({ failures: 2, restMs: 1_000 })
  expect(await attempt(failing)).toBeUndefined()
  expect(await attempt(async () => 'here')).toBe('here')
})

it('does not ask for a while after failures in a row, and asks again afterwards', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    const attempt = createCoolDown({ failures: 2, restMs: 1_000 })
    const use = vi.fn(failing)
    await attempt(use)
    await attempt(use)
    await attempt(use)
    expect(use).toHaveBeenCalledTimes(2)
    vi.advanceTimersByTime(1_001)
    expect(await attempt(async () => 'back')).toBe('back')
    await attempt(use)
    await attempt(use)
    expect(use).toHaveBeenCalledTimes(4)
  } finally {
    vi.useRealTimers()
  }
})

it('counts failures in a row only', async () => {
  const attempt = createCoolDown({ failures: 2, restMs: 1_000 })
  for (let i = 0; i < 5; i++) {
    await attempt(failing)
    expect(await attempt(async () => i)).toBe(i)
  }
})
