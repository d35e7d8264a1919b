import { setTimeout as pause } from 'node:timers/promises'

export type Patience = {
  /** Only ends a wait that would never end: no outcome is judged by it. */
  deadlineMs?: number
  everyMs?: number
  /** What is waited for, for the message. */
  what?: string
}

/**
 * Polls until `condition` gives something truthy, and gives that. A condition that throws is asked again.
 * @throws when the deadline passes, with the condition's last error or answer
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { deadlineMs = 30_000, everyMs = 50, what = 'the condition' }: Patience = {},
): Promise<Exclude<T, false | 0 | '' | null | undefined>> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    const last = await attempt(condition)
    if ('answer' in last && last.answer)
      return last.answer as Exclude<T, false | 0 | '' | null | undefined>
    if (Date.now() >= deadline) {
      const said = 'answer' in last ? `it was ${JSON.stringify(last.answer)}` : 'it threw'
      throw new Error(`Waited ${deadlineMs} ms for ${what}: ${said}`, { cause: last.error })
    }
    await pause(everyMs)
  }
}

async function attempt<T>(
  condition: () => T | Promise<T>,
): Promise<{ answer: Awaited<T>; error?: undefined } | { error: unknown }> {
  try {
    return { answer: await condition() }
  } catch (error) {
    return { error }
  }
}
