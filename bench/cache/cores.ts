import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { findProgram } from '../../stack/run-program.ts'

export type Cores = {
  /** What the servers and the load are on, as the table says it. */
  stated: string
  server(pid: number): Promise<void>
  load(pid: number): Promise<void>
  /** Lets it run anywhere again. */
  free(pid: number): Promise<void>
}

/** Servers on core 0 and load on core 1, where the machine can tell them apart (Linux, `taskset`). */
export async function openCores(): Promise<Cores> {
  const taskset = availableParallelism() > 1 ? await findProgram(['taskset']) : undefined
  const pin = async (cores: string, pid: number) => {
    if (taskset) await promisify(execFile)(taskset, ['-acp', cores, String(pid)])
  }
  return {
    stated: taskset ? 'server on core 0, load on core 1' : 'not pinned to cores',
    server: (pid) => pin('0', pid),
    load: (pid) => pin('1', pid),
    free: (pid) => pin(`0-${availableParallelism() - 1}`, pid),
  }
}
