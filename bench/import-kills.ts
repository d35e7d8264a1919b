import type { WorkflowHandle } from '@temporalio/client'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import { setTimeout as pause } from 'node:timers/promises'
import { importWorkflowId } from '../contracts/integrations.ts'
import type { Import } from '../scripts/demo/api.ts'
import type { ProductProcess } from '../test/support/processes.ts'
import { csvColumns, generateCsv } from './generate/csv.ts'
import type { Good } from './generate/goods.ts'
import { seeded } from './generate/random.ts'
import { catalogueHash, leftovers, temporalOf, versionsHash } from './import-checks.ts'
import { openMarketplace, type Marketplace, type OpenShop } from './marketplace.ts'
import { findRunning, orderOf, phases, stepSeconds, type RunningStep, type Step } from './steps.ts'

const ROWS = 60_000
const KILLS_OF_AN_IMPORT = 5
/** Imports under way at once, each into a shop of its own: a kill hits all that its worker is at. */
const AT_ONCE = 3
/** Every so many rows are bad, so that there is a report to write. */
const BAD_EVERY = 10
/** Points lie in so much of what a step takes undisturbed, so that few come after its end. */
const MOST_OF_A_STEP = 0.8
/** From which the points of one import are drawn: long steps oftener. */
const MIX: Step[] = [
  ...(['stageRows', 'stageRows', 'validateStage', 'writeErrorReport'] as const),
  ...(['mergeStage', 'mergeStage', 'closeImport'] as const),
]

export type KillFigures = {
  rows: number
  imports: number
  /** In which phase the killed worker was at work. */
  kills: Record<string, number>
  mostEvents: number
  /** Of all imports: as after the undisturbed ones. */
  sameCounts: boolean
  sameCatalogue: boolean
  sameVersions: boolean
  leftovers: number
  undisturbedSeconds: number
  seconds: number
}

type State = { counts: Import['counts']; catalogue: string; versions: string }

/**
 * Imports two files one after the other, so that the first creates and the second updates, undisturbed; then into other
 * shops while the worker that is at work is killed at random points, until it was killed so often.
 */
export async function measureKills(
  market: Marketplace,
  { kills, rows, seed = 1 }: { kills: number; rows: number; seed?: number },
): Promise<KillFigures> {
  const random = seeded(seed)
  const files = await Promise.all([1, 2].map((of) => badCsv(rows, of)))
  const { client, close } = temporalOf(market)
  const workers = await startWorkers(market)
  const started = async (shop: OpenShop, bytes: Uint8Array<ArrayBuffer>) => {
    const { id } = await market.api.upload(shop.apiKey, shop.shopId, { name: 'goods.csv', bytes })
    return { id, handle: client.workflow.getHandle(importWorkflowId(id)) }
  }
  const ended = async ({ shopId, apiKey }: OpenShop, id: string): Promise<State> => {
    const { state, counts } = await market.api.finished(apiKey, id)
    if (state !== 'completed') throw new Error(`The import ended ${state}`)
    const [catalogue, versions] = await Promise.all([
      catalogueHash(market, shopId),
      versionsHash(market, shopId),
    ])
    return { counts, catalogue, versions }
  }

  const startedAt = performance.now()
  const calm = await market.openShop()
  const undisturbed: State[] = []
  const took: Record<Step, number>[] = []
  for (const file of files) {
    const { id, handle } = await started(calm, file)
    undisturbed.push(await ended(calm, id))
    took.push(await stepSeconds(handle))
  }
  const undisturbedSeconds = secondsSince(startedAt) / files.length

  const figures: KillFigures = {
    ...{ rows, imports: 0, kills: {}, mostEvents: 0, leftovers: 0, undisturbedSeconds, seconds: 0 },
    ...{ sameCounts: true, sameCatalogue: true, sameVersions: true },
  }
  let left = kills
  const disturb = async () => {
    for (let shop = await market.openShop(); left > 0; shop = await market.openShop()) {
      for (const [which, file] of files.entries()) {
        const points = pointsOf(figures.imports++, random)
        const { id, handle } = await started(shop, file)
        for (const step of points) {
          await untilRunning(handle, step, workers)
          await pause(random() * MOST_OF_A_STEP * took[which]![step] * 1_000)
          if (left <= 0) break
          left--
          const hit = await killAt(handle, step, workers)
          if (hit === 'ended') {
            left++
            break
          }
          figures.kills[phases[hit]] = (figures.kills[phases[hit]] ?? 0) + 1
          console.error(`  killed while ${phases[hit]}, ${left} left`)
        }
        const { counts, catalogue, versions } = await ended(shop, id)
        const wanted = undisturbed[which]!
        figures.sameCounts &&= isDeepStrictEqual(counts, wanted.counts)
        figures.sameCatalogue &&= catalogue === wanted.catalogue
        figures.sameVersions &&= versions === wanted.versions
        const { historyLength } = await handle.describe()
        figures.mostEvents = Math.max(figures.mostEvents, historyLength)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, disturb))
  figures.leftovers = await leftovers(market)
  figures.seconds = secondsSince(startedAt)
  await Promise.all([workers.terminate(), close()])
  return figures
}

const badPrice = (good: Good) =>
  Number(good.id) % BAD_EVERY === 0 ? 'договорная' : csvColumns['Цена']!(good)

async function badCsv(rows: number, seed: number): Promise<Uint8Array<ArrayBuffer>> {
  const columns = { ...csvColumns, Цена: badPrice }
  return new Uint8Array(await buffer(Readable.from(generateCsv({ rows, seed, columns }))))
}

/** In the order of the import; the first import is hit in each of its steps. */
function pointsOf(number: number, random: () => number): Step[] {
  const drawn =
    number === 0
      ? [...new Set(MIX)]
      : MIX.map((step) => ({ step, at: random() }))
          .toSorted((one, other) => one.at - other.at)
          .slice(0, KILLS_OF_AN_IMPORT)
          .map(({ step }) => step)
  return drawn.toSorted((one, other) => orderOf(one) - orderOf(other))
}

type Workers = Awaited<ReturnType<typeof startWorkers>>

/** Those that imports need; one that is killed is replaced. */
async function startWorkers({ product }: Marketplace) {
  const alive = new Map<number, { domain: string; worker: ProductProcess }>()
  const start = async (domain: string) => {
    const worker = await product.startWorker(domain)
    alive.set(worker.pid, { domain, worker })
  }
  await Promise.all(['parsing', 'integrations'].map(start))
  return {
    isAlive: (pid: number) => alive.has(pid),
    /** False when it is dead already. */
    async kill(pid: number): Promise<boolean> {
      const found = alive.get(pid)
      if (!found) return false
      alive.delete(pid)
      await found.worker.kill9()
      await start(found.domain)
      return true
    },
    terminate: () => Promise.all([...alive.values()].map(({ worker }) => worker.terminate())),
  }
}

/** Kills whoever is at the step or a later one. */
async function killAt(
  handle: WorkflowHandle,
  least: Step,
  workers: Workers,
): Promise<Step | 'ended'> {
  for (;;) {
    const hit = await untilRunning(handle, least, workers)
    if (hit === 'ended') return hit
    if (await workers.kill(hit.pid)) return hit.step
  }
}

/** Waits until a living worker is at the step or a later one. */
async function untilRunning(
  handle: WorkflowHandle,
  least: Step,
  { isAlive }: Workers,
): Promise<RunningStep | 'ended'> {
  for (;;) {
    const running = await findRunning(handle)
    if (running === 'ended') return running
    if (running && isAlive(running.pid) && orderOf(running.step) >= orderOf(least)) return running
    await pause(2)
  }
}

export async function run(kills: number): Promise<string> {
  const market = await openMarketplace()
  try {
    return table(await measureKills(market, { kills, rows: ROWS }))
  } finally {
    await market.close()
  }
}

function table({ kills, ...figures }: KillFigures): string {
  const yes = (holds: boolean) => (holds ? 'yes' : 'NO')
  const rows = [
    ['rows of an import, a tenth of them bad', figures.rows],
    ['imports, by turns of new goods and of changed ones', figures.imports],
    ...Object.values(phases).map((phase) => [`killed while ${phase}`, kills[phase] ?? 0]),
    ['killed in all', Object.values(kills).reduce((total, count) => total + count, 0)],
    ['counts of each import as undisturbed', yes(figures.sameCounts)],
    ['catalogue after each as undisturbed, value by value', yes(figures.sameCatalogue)],
    ['each document written in as many transactions as undisturbed', yes(figures.sameVersions)],
    ['tables of stages and positions left', figures.leftovers],
    ['most events of a workflow', figures.mostEvents],
    ['an undisturbed import, s', figures.undisturbedSeconds.toFixed(1)],
    ['everything, s', figures.seconds.toFixed(0)],
  ]
  return ['| | |', '|---|---:|', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n')
}

const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1_000
