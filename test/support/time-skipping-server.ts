import type { TestProject } from 'vitest/node'
import { cacheFolder } from '../../stack/cache.ts'
import { obtainTimeSkippingServer } from '../../stack/temporal.ts'
import { showProgress } from '../../stack/progress.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The program that `startTimeSkipping` runs. */
    timeSkippingServer: string
  }
}

export async function setup(project: TestProject): Promise<void> {
  const progress = showProgress(process.stderr)
  const program = await obtainTimeSkippingServer({
    cacheDir: cacheFolder(),
    progress: (state) => progress.say('Temporal tests', state),
  })
  progress.settle()
  project.provide('timeSkippingServer', program)
}
