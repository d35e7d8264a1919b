import { parseCLI, startVitest, type TestCase, type TestModule, type TestSuite } from 'vitest/node'
import { lint, runCheck, types } from './check.ts'

type Count = { passed: number; failed: number; skipped: number }

/**
 * Types, lint and every test, on real parts. `npm test -- imports` runs the test files whose path contains «imports»
 * and nothing else; vitest's own options work too. The last line of the output is the count; types and lint are one each.
 */
const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)])
const isWhole = process.argv.length === 2

const count: Count = { passed: 0, failed: 0, skipped: 0 }
if (isWhole)
  for (const { ok } of await Promise.all([types, lint].map(runCheck)))
    count[ok ? 'passed' : 'failed']++

const vitest = await startVitest('test', filter, { ...options, run: true, watch: false })
for (const testModule of vitest.state.getTestModules()) add(testModule)
count.failed += vitest.state.getUnhandledErrors().length
await vitest.close()
// A part of the stack that cannot be had, or no such test file: vitest fails without any test that does.
if (process.exitCode && count.failed === 0) count.failed = 1

const { passed, failed, skipped } = count
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`, () =>
  process.exit(failed === 0 ? 0 : 1),
)

/** Beside its tests, a file or a group fails by itself when its code or its hooks throw. */
function add(group: TestModule | TestSuite): void {
  if (group.errors().length > 0) count.failed++
  for (const child of group.children)
    if (child.type === 'suite') add(child)
    else count[stateOf(child)]++
}

function stateOf(test: TestCase): keyof Count {
  const { state } = test.result()
  return state === 'pending' ? 'skipped' : state
}
