import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import type { PartName } from '../../stack/part.ts'
import { showProgress } from '../../stack/progress.ts'
import { startStack } from '../../stack/stack.ts'
import { createTemplate } from './template-database.ts'

export type TestStack = {
  /** The addresses of the parts, under the names that config.ts reads. */
  env: Record<string, string>
  /** A migrated, empty database that is only ever copied. */
  template: string
}

declare module 'vitest' {
  interface ProvidedContext {
    stack: TestStack
  }
}

type Running = { stack: TestStack; stop(): Promise<void> }

/** Every project imports this file anew, so the one stack of the run is kept beside the modules. */
const shared = globalThis as { yarmarkaTestStack?: Promise<Running> }

export async function setup(project: TestProject): Promise<void> {
  shared.yarmarkaTestStack ??= start()
  const { stack } = await shared.yarmarkaTestStack
  project.provide('stack', stack)
}

export async function teardown(): Promise<void> {
  const running = await shared.yarmarkaTestStack?.catch(() => undefined)
  delete shared.yarmarkaTestStack
  await running?.stop()
}

/** `TEST_PARTS=postgres,redis` starts only what the chosen tests need; a part given by URL is not started at all. */
const wanted = (process.env['TEST_PARTS'] ?? 'postgres,redis,temporal,elasticsearch,object-store')
  .split(',')
  .filter(Boolean) as PartName[]

/** Free ports, data in a folder that goes away, logs in `.local/logs/test`. */
async function start(): Promise<Running> {
  const folder = await mkdtemp(path.join(tmpdir(), 'yarmarka-test-'))
  const progress = showProgress(process.stderr)
  const parts = await startStack({
    dataDir: path.join(folder, 'data'),
    runDir: path.join(folder, 'run'),
    logDir: path.resolve('.local/logs/test'),
    parts: wanted,
    usualPorts: false,
    progress: progress.say,
  })
  progress.settle()
  const env = { ...given(), ...parts.env }
  const template = env['POSTGRES_URL'] ? await createTemplate(env) : undefined
  return {
    stack: { env, template: template?.name ?? '' },
    async stop() {
      await template?.drop()
      await parts.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What goes with a part that is given by URL, such as its credentials. */
function given(): Record<string, string> {
  const names = /^(POSTGRES|REDIS|TEMPORAL|ELASTICSEARCH|S3)_/
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => names.test(entry[0]) && entry[1] !== undefined,
    ),
  )
}
