import type { Store } from './store.ts'

/** The carriers' time: it runs on while the simulator is down, and can be put forward and made to run faster. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds of the carriers' time per real one. */
  rate(): number
  /** How long to really wait until the clock shows `at`. */
  realMsUntil(at: number): number
  advance(ms: number): void
  run(rate: number): void
}

type Reading = { virtual: number; real: number; rate: number }

/** @param store where the clock is kept over restarts */
export function openClock(store: Store): Clock {
  const table = store.table<Reading>('clock')
  const reading = () =>
    table.get('clock') ?? set({ virtual: Date.now(), real: Date.now(), rate: 1 })

  function set(next: Reading): Reading {
    table.put('clock', next)
    return next
  }
  function now(): number {
    const { virtual, real, rate } = reading()
    return Math.floor(virtual + (Date.now() - real) * rate)
  }

  return {
    now,
    rate: () => reading().rate,
    realMsUntil: (at) => Math.max(0, (at - now()) / reading().rate),
    advance: (ms) => void set({ ...reading(), virtual: now() + ms, real: Date.now() }),
    run: (rate) => void set({ virtual: now(), real: Date.now(), rate }),
  }
}
