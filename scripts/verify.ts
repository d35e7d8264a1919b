import { describe, format, lintChanged, runCheck, tests, types, without } from './check.ts'

/** What builds or runs whole programs and takes as long as all other unit tests together. */
const SLOW = ['test/client/**']

/** Everything that needs no running part, in less than three minutes on two cores. */
const lanes = [[types, lintChanged, format], [without(SLOW, tests('unit', 'workflow', 'replay'))]]

console.log('types, lint, format and the tests that need no running part …')
const began = performance.now()
const outcomes = await Promise.all(
  lanes.map(async (checks) => {
    const done = []
    for (const check of checks) done.push(await runCheck(check))
    return done
  }),
)

console.log(`\n${outcomes.flat().map(describe).join('\n')}`)
console.log(
  `in ${((performance.now() - began) / 1000).toFixed(0)} s; left to npm test: ${SLOW.join(', ')}`,
)
process.exitCode = outcomes.flat().every(({ ok }) => ok) ? 0 : 1
