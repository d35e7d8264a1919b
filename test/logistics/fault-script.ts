import { AS_IT_SHOULD, type Behaviour } from '../support/scripted-carrier.ts'

/** Small and good enough to be repeated: mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * How a carrier treats one reference, at random: a fifth books and does not say so, others refuse, hang, decide late, hide
 * what they have, cancel slowly or without saying so, or book again what they had cancelled. Two refuse for good at most:
 * where all do, a person is asked, which is not what is tried here.
 */
export function faultScript(random: () => number, number: number): Behaviour {
  const chance = (share: number) => random() < share
  const oneOf = <T>(...values: T[]): T => values[Math.floor(random() * values.length)]!
  const behaviour: Behaviour = {
    ...AS_IT_SHOULD,
    book: chance(0.2)
      ? 'lost'
      : oneOf(
          ...(['ok', 'ok', 'busy', 'unreachable', 'lost-before', 'pending', 'pending'] as const),
          number <= 2 ? 'refuse' : 'busy',
        ),
    confirms: oneOf(0, 1, 3, 6, Infinity),
    decides: chance(0.7) || number > 2 ? 'booked' : 'rejected',
    silentFinds: oneOf(0, 0, 1, 4),
    hiddenFinds: chance(0.15) ? oneOf(1, 2) : 0,
    cancel: oneOf('ok', 'ok', 'slow', 'lost', 'too-late'),
    wakesAtFind: chance(0.15) ? oneOf(1, 2) : Infinity,
  }
  // What is cancelled by telephone only, and never decided, waits for a person: that is not stuck, but it does not end.
  if (behaviour.confirms === 6 && chance(0.5)) behaviour.cancel = 'by-phone'
  return behaviour
}
