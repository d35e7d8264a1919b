import { once } from 'node:events'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { PartName } from './part.ts'
import { showProgress } from './progress.ts'
import { startStack } from './stack.ts'

/**
 * The stack alone, for work on anything that needs it: prints the environment as one line of JSON and
 * stays up until it is interrupted. `node stack/run.ts --data <dir> [--parts postgres,redis] [--usual-ports]`
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '.local' },
    parts: { type: 'string' },
    'usual-ports': { type: 'boolean', default: false },
  },
})
const folder = path.resolve(values.data)
const parts = values.parts?.split(',') as PartName[] | undefined

const stack = await startStack({
  dataDir: path.join(folder, 'data'),
  logDir: path.join(folder, 'logs'),
  runDir: path.join(folder, 'run'),
  ...(parts ? { parts } : {}),
  usualPorts: values['usual-ports'],
  progress: showProgress(process.stderr),
})
process.stdout.write(`${JSON.stringify(stack.env)}\n`)

await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
await stack.stop()
