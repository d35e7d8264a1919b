import { describe, format, lintChanged, runCheck, tests, types } from './check.ts'

/** Everything that needs no running part, in about a minute: two lanes for two cores. */
const lanes = [
  [lintChanged, format],
  [types, tests('unit', 'workflow', 'replay')],
]

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
console.log(`in ${((performance.now() - began) / 1000).toFixed(0)} s`)
process.exitCode = outcomes.flat().every(({ ok }) => ok) ? 0 : 1
