import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

const kinds = ['workflow', 'replay', 'hostile', 'integration', 'system'] as const

/** Projects run one after the other in this order; `files` of one project may run at the same time. */
const project = (
  name: string,
  order: number,
  test: NonNullable<TestProjectInlineConfiguration['test']>,
): TestProjectInlineConfiguration => ({
  test: { name, sequence: { groupOrder: order }, include: [`test/**/*.${name}.test.ts`], ...test },
})

/** Files one after the other in one process, so that a workflow bundle is made once. */
const bundling = { maxWorkers: 1, isolate: false }
const stack = { globalSetup: 'test/support/global-stack.ts', hookTimeout: 120_000 }

/** The suffix of a file's name tells its kind; without one it is a unit test: pure, no server anywhere. */
export default defineConfig({
  test: {
    pool: 'forks',
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      project('unit', 1, {
        include: ['test/**/*.test.ts'],
        exclude: kinds.map((kind) => `test/**/*.${kind}.test.ts`),
        maxWorkers: 2,
      }),
      project('workflow', 2, {
        ...bundling,
        globalSetup: 'test/support/time-skipping-server.ts',
      }),
      project('replay', 3, bundling),
      project('hostile', 4, { maxWorkers: 2 }),
      project('integration', 5, { ...stack, maxWorkers: 2 }),
      project('system', 6, { ...stack, maxWorkers: 1, testTimeout: 120_000 }),
    ],
  },
})
