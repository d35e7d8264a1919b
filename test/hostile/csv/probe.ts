import { memoryMb, probe } from '../yml/probe.ts'
import { hostileTables } from './cases.ts'

/** As a process of its own: the name of a case in, the outcome, the growth of memory and the time out. */
const found = hostileTables().find(({ name }) => name === process.argv[2])
if (!found) throw new Error(`No case ${process.argv[2]}`)
const before = memoryMb('VmRSS')
const startedAt = performance.now()
const outcome = await probe(found.bytes())
const seconds = (performance.now() - startedAt) / 1_000
outcome.sample = []
process.stdout.write(JSON.stringify({ outcome, growthMb: memoryMb('VmHWM') - before, seconds }))
