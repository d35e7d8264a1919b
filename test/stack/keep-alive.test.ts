import { expect, it } from 'vitest'
import { keepAlive } from '../../stack/keep-alive.ts'
import { until } from '../support/until.ts'

/** Things that run until they are told or made to end; `failing` starts fail. */
function workshop() {
  const events: string[] = []
  const state = { failing: 0, started: 0 }
  async function start() {
    const number = ++state.started
    if (state.failing > 0) {
      state.failing--
      throw new Error('port taken')
    }
    const { promise: exited, resolve: end } = Promise.withResolvers<number | null>()
    events.push(`start ${number}`)
    return {
      child: { pid: number, exited, kill: () => end(null) },
      crash: () => end(1),
      async stop() {
        events.push(`stop ${number}`)
        end(0)
      },
    }
  }
  return { state, events, start, report: (line: string) => void events.push(line) }
}

it('starts again what ends by itself, and says so', async () => {
  const { events, start, report } = workshop()
  const kept = await keepAlive({ start, report })
  kept.current().crash()
  await until(() => events.includes('is back'))
  expect(kept.current().child.pid).toBe(2)
  expect(events).toEqual([
    'start 1',
    'ended unexpectedly (code 1), restarting',
    'start 2',
    'is back',
  ])
})

it('tries until the start succeeds', async () => {
  const { state, events, start, report } = workshop()
  const kept = await keepAlive({ start, report })
  state.failing = 2
  kept.current().crash()
  await until(() => events.includes('is back'))
  expect(events.filter((event) => event === 'does not start: port taken')).toHaveLength(2)
})

it('ends the old before the new on restart, and the new before the old on replace', async () => {
  const { events, start, report } = workshop()
  const kept = await keepAlive({ start, report })
  await kept.restart()
  await kept.replace()
  expect(events).toEqual(['start 1', 'stop 1', 'start 2', 'start 3', 'stop 2'])
})

it('keeps the old one when its replacement does not start', async () => {
  const { state, events, start, report } = workshop()
  const kept = await keepAlive({ start, report })
  state.failing = 1
  await expect(kept.replace()).rejects.toThrow('port taken')
  expect(kept.current().child.pid).toBe(1)
  expect(events).toEqual(['start 1'])
})

it('does not start again what was stopped, even while it waits to try again', async () => {
  const { state, events, start, report } = workshop()
  const kept = await keepAlive({ start, report })
  state.failing = Infinity
  kept.current().crash()
  await until(() => events.includes('does not start: port taken'))
  await kept.stop()
  const attempts = state.started
  state.failing = 0
  await kept.stop()
  expect(state.started).toBe(attempts)
})
