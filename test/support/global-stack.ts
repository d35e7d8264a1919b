import type { TestProject } from 'vitest/node'
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
  const running = shared.yarmarkaTestStack
  delete shared.yarmarkaTestStack
  await (await running)?.stop()
}

async function start(): Promise<Running> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )
  const template = await createTemplate(env)
  return { stack: { env, template: template.name }, stop: () => template.drop() }
}
