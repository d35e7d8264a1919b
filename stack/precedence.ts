import { readFile, writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'

/** As `nice` counts: each step is a fourth more of the machine when it is short. */
const FIRST = -15

/**
 * Lets a process that people wait for run before what only works in the background, where the system permits it (root on
 * Linux). Elsewhere nothing changes.
 */
export async function putFirst(pid: number): Promise<void> {
  try {
    setPriority(pid, FIRST)
  } catch {
    return
  }
  // Linux weighs sessions against each other first (sched(7), autogroup), and only then what is in them.
  if (await leadsSession(pid)) await putSessionFirst(pid)
}

/** @returns what puts the session of `pid` back where it was */
export async function putSessionFirst(pid: number): Promise<() => Promise<void>> {
  const file = `/proc/${pid}/autogroup`
  const before = / nice (-?\d+)/.exec(await readFile(file, 'utf8').catch(() => ''))?.[1]
  const set = (nice: number | string) => writeFile(file, String(nice)).catch(() => {})
  if (before === undefined) return async () => {}
  await set(FIRST)
  return () => set(before)
}

async function leadsSession(pid: number): Promise<boolean> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const session = line.slice(line.lastIndexOf(')') + 2).split(' ')[3]
  return session === String(pid)
}
