import { rm } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { findSupervisor } from '../stack/supervisor-file.ts'

/** Forgets everything that `npm start` keeps: the data of all parts, logs and demo keys. Packages stay. */
const { values } = parseArgs({
  options: { root: { type: 'string', default: path.dirname(import.meta.dirname) } },
})
const local = path.join(path.resolve(values.root), '.local')

const running = await findSupervisor(path.join(local, 'run'))
if (running) {
  console.error(`still running (process ${running.pid}): end it first, with Ctrl-C where it runs`)
  process.exit(1)
}
for (const kept of ['data', 'logs', 'run', 'demo.json']) {
  await rm(path.join(local, kept), { recursive: true, force: true })
}
console.log('removed the data, logs and demo keys; npm start begins anew')
