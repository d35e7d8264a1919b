import path from 'node:path'
import { type Children, endChild } from './children.ts'
import { untilHealthy } from './healthy.ts'
import { keepAlive, type Kept, type Running } from './keep-alive.ts'

export type SimulatorOptions = {
  /** The checkout: `simulator/main.ts` is found in it. */
  root: string
  logDir: string
  dataDir: string
  children: Children
  port: number
  /** For what `config.ts` knows of the simulator besides its port and its folder. */
  env?: Record<string, string>
  signal?: AbortSignal
  report(line: string): void
}

/** Runs the carriers' simulator on a port of its own; one that crashes comes back with its ledger and its clock. */
export function startSimulator(options: SimulatorOptions): Promise<Kept<Running>> {
  const { root, logDir, dataDir, children, port, env, signal } = options
  const logFile = path.join(logDir, 'simulator.log')
  const url = `http://127.0.0.1:${port}/healthz`

  async function start(): Promise<Running> {
    const child = await children.spawn(
      'simulator',
      logFile,
      process.execPath,
      ['--max-old-space-size=512', 'simulator/main.ts'],
      { cwd: root, env: { ...env, PORT: String(port), SIMULATOR_DATA: dataDir } },
    )
    const check = async () => {
      if (!(await fetch(url)).ok) throw new Error('not ready yet')
    }
    try {
      await untilHealthy(child, check, { what: 'simulator', logFile, signal })
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
    return { child, stop: () => endChild(child) }
  }
  return keepAlive({ start, report: options.report })
}
