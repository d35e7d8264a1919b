import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

const kinds = ['workflow', 'replay', 'program', 'hostile', 'integration', 'system'] as const

/** Projects run one after the other in this order; files of one place in it may run at the same time. */
const project = (
  name: string,
  order: number,
  test: NonNullable<TestProjectInlineConfiguration['test']>,
): TestProjectInlineConfiguration => ({
  test: { name, sequence: { groupOrder: order }, include: [`test/**/*.${name}.test.ts`], ...test },
})

/** Files one after the other in each of two processes, so that what all of them need is loaded and read once. */
const shared = { maxWorkers: 2, isolate: false }
const stack = { globalSetup: 'test/support/global-stack.ts', hookTimeout: 120_000 }

/** The suffix of a file's name tells its kind; without one it is a unit test: pure, no server anywhere. */
export default defineConfig({
  test: {
    pool: 'forks',
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', 1, {
        include: ['test/**/*.test.ts'],
        exclude: kinds.map((kind) => `test/**/*.${kind}.test.ts`),
        ...shared,
      }),
      project('workflow', 2, {
        ...shared,
        globalSetup: 'test/support/time-skipping-server.ts',
      }),
      project('replay', 2, shared),
      // Kills and builds whole programs.
      project('program', 2, { maxWorkers: 2 }),
      project('hostile', 3, { maxWorkers: 2 }),
      project('integration', 4, { ...stack, maxWorkers: 2 }),
      // Each of these has a whole marketplace of its own, and waits most of its time: for the heartbeat of one that was killed.
      project('system', 5, {
        ...{ ...stack, maxWorkers: 2, testTimeout: 120_000 },
        include: ['test/system/*.system.test.ts'],
      }),
      project('system-alone', 6, {
        ...{ ...stack, maxWorkers: 1, testTimeout: 120_000 },
        include: ['test/**/*.system.test.ts'],
        exclude: ['test/system/**'],
      }),
    ],
  },
})
