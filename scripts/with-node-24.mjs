/**
 * Runs a script under the Node 24 that package.json pins, from whatever Node is installed (20 or later):
 * installs the packages first when they are missing or not those of the lock file.
 *
 *     node scripts/with-node-24.mjs <script> [arguments…]
 */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const programs = path.join(root, 'node_modules', '.bin')

if (!isInstalled()) install()
run(process.argv.slice(2))

/** npm notes what it installed in a lock file of its own, written last: a killed install leaves none. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json')
  const present = packagesOf('node_modules/.package-lock.json')
  if (!present) return false
  return Object.entries(wanted ?? {}).every(
    ([folder, { version, optional, devOptional }]) =>
      folder === '' ||
      present[folder]?.version === version ||
      (!present[folder] && (optional || devOptional)),
  )
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(path.join(root, lockFile), 'utf8')).packages
  } catch {
    return undefined
  }
}

function install() {
  const began = Date.now()
  process.stderr.write('installing packages (npm ci) … ')
  const { status, stdout, stderr, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) {
    process.stderr.write(`failed\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}\n`)
    process.exit(1)
  }
  process.stderr.write(`${Math.round((Date.now() - began) / 1000)} s\n`)
}

function run([script, ...args]) {
  const child = spawn(path.join(programs, 'node'), [path.resolve(root, script), ...args], {
    stdio: 'inherit',
    env: {
      // Half of what a process takes to start is the compiling of its modules.
      NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/node'),
      ...process.env,
      PATH: `${programs}${path.delimiter}${process.env.PATH ?? ''}`,
    },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole group: the child has it already.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}
