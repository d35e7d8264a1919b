import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { PartName } from '../../stack/part.ts'
import { startStack, type RunningStack } from '../../stack/stack.ts'

/** Parts for one test file alone, to be killed and restarted at will; stop it in `afterAll`. */
export async function startOwnStack(...parts: PartName[]): Promise<RunningStack> {
  const folder = await mkdtemp(path.join(tmpdir(), 'yarmarka-test-'))
  const stack = await startStack({
    dataDir: path.join(folder, 'data'),
    runDir: path.join(folder, 'run'),
    logDir: path.resolve('.local/logs/test/own'),
    parts,
    usualPorts: false,
    environment: {},
  })
  return {
    ...stack,
    async stop() {
      await stack.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
