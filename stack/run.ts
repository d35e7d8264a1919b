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
    data: { type: 'string', default: '.local/stack' },
    parts: { type: 'string' },
    'usual-ports': { type: 'boolean', default: false },
  },
})
const folder = path.resolve(values.data)
const parts = values.parts?.split(',') as PartName[] | undefined

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.abort())

const stack = await startStack({
  dataDir: path.join(folder, 'data'),
  logDir: path.join(folder, 'logs'),
  runDir: path.join(folder, 'run'),
  ...(parts ? { parts } : {}),
  usualPorts: values['usual-ports'],
  progress: showProgress(process.stderr).say,
  signal: ending.signal,
}).catch((error: unknown) => {
  if (!ending.signal.aborted) console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
process.stdout.write(`${JSON.stringify(stack.env)}\n`)

// Where all parts are given by URL no child keeps this process up.
const staying = setInterval(() => {}, 60_000)
ending.signal.addEventListener('abort', () => {
  clearInterval(staying)
  void stack.stop()
})
