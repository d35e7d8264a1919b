import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Runs the workflow tests and keeps the histories that they make, for the replays. Review the difference. */
const root = join(import.meta.dirname, '..')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'workflow'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, RECORD_HISTORIES: 'true' },
})
process.exitCode = status ?? 1
