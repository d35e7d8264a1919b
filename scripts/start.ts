import { closeSync, openSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { endChild } from '../stack/children.ts'
import { isFree, openPorts } from '../stack/ports.ts'
import { showProgress } from '../stack/progress.ts'
import { localSecretsKey } from '../stack/secrets-key.ts'
import { startSimulator } from '../stack/simulator.ts'
import { type RunningStack, startStack } from '../stack/stack.ts'
import { startApplication } from '../stack/supervise.ts'
import { announceSupervisor, findSupervisor, retractSupervisor } from '../stack/supervisor-file.ts'
import { watchSources } from '../stack/watch.ts'

/**
 * Brings up everything and keeps it up until it is interrupted: the parts, the migrations, two API processes
 * and the workers, and the demo data. SIGHUP replaces the processes one by one; `--watch` does so on every
 * change of the sources. `--root` is for tests: a checkout with stand-ins.
 */
const { values } = parseArgs({
  options: {
    watch: { type: 'boolean', default: false },
    root: { type: 'string', default: path.dirname(import.meta.dirname) },
  },
})
const root = path.resolve(values.root)
const local = path.join(root, '.local')
const logDir = path.join(local, 'logs')
const runDir = path.join(local, 'run')
const workers = {
  worker: [
    'storefront',
    'integrations',
    'orders',
    'logistics',
    'tracking',
    'fetching',
    'pictures',
    'webhooks',
  ],
  'worker-parsing': ['parsing'],
}

const other = await findSupervisor(runDir)
if (other) {
  console.error(`already running (process ${other.pid}): ${other.apiUrl}`)
  process.exit(1)
}

const ending = endOfThis()
const progress = showProgress(process.stdout)
const began = Date.now()
const undo = new AsyncDisposableStack()
try {
  await bringUp()
  await ending.arrived
} catch (error) {
  if (!ending.signal.aborted) {
    console.error(messageOf(error))
    process.exitCode = 1
  }
} finally {
  console.log('stopping')
  await undo.disposeAsync()
}
process.exit()

async function bringUp(): Promise<void> {
  const apiPort = await chooseApiPort()
  const apiUrl = `http://127.0.0.1:${apiPort}`
  await announceSupervisor(runDir, { env: {}, apiUrl })
  undo.defer(() => retractSupervisor(runDir))

  const stack = await startStack({
    dataDir: path.join(local, 'data'),
    logDir,
    runDir,
    usualPorts: true,
    mayComeLate: true,
    signal: ending.signal,
    progress: progress.say,
  })
  undo.defer(() => stack.stop())
  const secretsKey = process.env.SECRETS_KEY ?? (await localSecretsKey(path.join(local, 'data')))
  const simulator = await bringUpSimulator(stack, apiUrl)
  const env = {
    ...{ ...stack.env, SECRETS_KEY: secretsKey, API_URL: apiUrl },
    ...carriersAt(simulator.url),
  }

  await runScript('scripts/migrate.ts', 'Migrations', stack, env)
  progress.say('API and workers', 'starting')
  const application = await startApplication({
    ...{ root, logDir, env, apiPort, workers, children: stack.children },
    signal: ending.signal,
    report: (name, line) => progress.say(name, line),
  })
  undo.defer(() => application.stop())
  progress.say('API and workers', 'ready')
  await runScript('scripts/ensure-schedules.ts', 'Schedules', stack, env)
  await runScript('scripts/seed.ts', 'Demo data', stack, env)
  await announceSupervisor(runDir, { env, apiUrl })

  progress.settle()
  printAddresses(apiUrl, simulator.url, stack)
  console.log(`\nup in ${((Date.now() - began) / 1000).toFixed(0)} s; Ctrl-C ends it\nready`)
  restartOnDemand(async () => {
    await Promise.all([application.rollingRestart(), simulator.restart()])
  })
}

/** 3000, or what PORT says; another one only where nobody asked for that one. */
async function chooseApiPort(): Promise<number> {
  const asked = process.env.PORT
  if (!asked) return openPorts(true)('api', 3000)
  if (!(await isFree(Number(asked)))) throw new Error(`PORT=${asked} is taken by another process`)
  return Number(asked)
}

async function runScript(
  script: string,
  title: string,
  { children }: RunningStack,
  env: Record<string, string>,
): Promise<void> {
  ending.signal.throwIfAborted()
  progress.say(title, 'running')
  const name = path.basename(script, '.ts')
  const logFile = path.join(logDir, `${name}.log`)
  const child = await children.spawn(name, logFile, process.execPath, [script], { cwd: root, env })
  const interrupt = () => void endChild(child)
  ending.signal.addEventListener('abort', interrupt)
  const code = await child.exited
  ending.signal.removeEventListener('abort', interrupt)
  if (code !== 0) throw new Error(`${script} failed; see ${logFile}`)
  progress.say(title, 'ready')
}

/** The carriers that deliveries are booked with, until accounts of real ones are given. */
async function bringUpSimulator({ children }: RunningStack, apiUrl: string) {
  const port = await openPorts(true)('simulator', 3090)
  progress.say('Carriers', 'starting')
  const simulator = await startSimulator({
    ...{ root, logDir, dataDir: path.join(local, 'data/simulator'), children, port },
    env: { UBER_WEBHOOK_URL: `${apiUrl}/hooks/carriers/uber` },
    signal: ending.signal,
    report: (line) => progress.say('Carriers', line),
  })
  undo.defer(() => simulator.stop())
  progress.say('Carriers', 'ready (simulator)')
  return { url: `http://127.0.0.1:${port}`, restart: () => simulator.restart() }
}

/** Where contracts with carriers are served; a real one's address in the environment goes before. */
function carriersAt(simulatorUrl: string): Record<string, string> {
  const at = (name: string) => process.env[`${name.toUpperCase()}_URL`] ?? `${simulatorUrl}/${name}`
  return {
    SIMULATOR_URL: simulatorUrl,
    ...{ CDEK_URL: at('cdek'), DPD_URL: at('dpd'), UBER_URL: at('uber') },
  }
}

function printAddresses(apiUrl: string, simulatorUrl: string, { addresses }: RunningStack): void {
  const rows = [
    { what: 'API', url: apiUrl },
    { what: 'API reference', url: `${apiUrl}/docs` },
    ...addresses,
    { what: 'Carriers', url: simulatorUrl },
    { what: 'Demo keys', url: path.relative(process.cwd(), path.join(local, 'demo.json')) },
    { what: 'Logs', url: path.relative(process.cwd(), logDir) },
  ]
  const width = Math.max(...rows.map(({ what }) => what.length)) + 2
  console.log(`\n${rows.map(({ what, url }) => `  ${what.padEnd(width)}${url}`).join('\n')}`)
}

function restartOnDemand(restartAll: () => Promise<void>): void {
  let wanted = false
  let restarting: Promise<void> | undefined

  async function restart(): Promise<void> {
    while (wanted && !ending.signal.aborted) {
      wanted = false
      const from = Date.now()
      console.log('replacing the API and worker processes')
      await restartAll().then(
        () => console.log(`replaced in ${((Date.now() - from) / 1000).toFixed(1)} s`),
        (error: unknown) => {
          if (!ending.signal.aborted) console.error(messageOf(error))
        },
      )
    }
    restarting = undefined
  }
  function demand(): void {
    wanted = true
    restarting ??= restart()
  }

  process.removeAllListeners('SIGHUP')
  process.on('SIGHUP', () => (hasTerminalGone() ? ending.end() : demand()))
  if (values.watch) undo.defer(watchSources(root, demand))
}

/** Ctrl-C, a kill, a closed terminal, or the death of the npm that started this. */
function endOfThis() {
  const controller = new AbortController()
  const end = () => controller.abort(new Error('interrupted'))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) end()
  }, 1000).unref()
  const arrived = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve())
  })
  // Without a listener, output to a closed terminal would end this before the parts.
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  return { signal: controller.signal, arrived, end }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** SIGHUP is an order to restart, except where it is the terminal that hung up. */
function hasTerminalGone(): boolean {
  if (!process.stdout.isTTY) return false
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return false
  } catch {
    return true
  }
}
