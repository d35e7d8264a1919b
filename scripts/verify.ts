import { describe, format, lintChanged, runCheck, tests, types } from './check.ts'

/** Everything that needs no running part, no server and no program, in little more than a minute on two cores. */
const lanes = [[types, lintChanged, format], [tests('unit', 'replay')]]

console.log('types, lint, format, and the tests that run no other program …')
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
  `in ${((performance.now() - began) / 1000).toFixed(0)} s; all other tests are left to npm test`,
)
process.exitCode = outcomes.flat().every(({ ok }) => ok) ? 0 : 1
