import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connectObjectStore } from '../clients/object-store.ts'
import { readConfig } from '../config.ts'
import {
  importCatalog,
  importWorkflowId,
  integrationsQueue,
  type ImportCatalog,
} from '../contracts/integrations.ts'
import { workerFlags } from '../stack/worker-flags.ts'
import { requestImport } from '../test/support/marketplace.ts'
import { csvColumns, generateCsv } from './generate/csv.ts'
import { catalogueHash, temporalOf } from './import-checks.ts'
import { openMarketplace, type Marketplace, type OpenShop } from './marketplace.ts'
import type { PlainImport } from './plain-import.ts'
import { stepSeconds } from './steps.ts'

/** The order changes with each: tables grow, and who comes first makes the files of the log. */
const ROUNDS = 2

export type OrchestrationFigures = {
  rows: number
  /** Seconds of `importCatalog` from its start to its result, each into an empty shop. */
  workflow: number[]
  /** Of these, not within the steps that both have. */
  between: number[]
  /** Of a script that calls the same activities. */
  script: number[]
  mostEvents: number
  sameCatalogue: boolean
}

/** Imports a CSV of short rows by the workflow and by a plain script, in turn, so that both see the same machine. */
export async function measureOrchestration(
  market: Marketplace,
  rows: number,
  rounds: number,
): Promise<OrchestrationFigures> {
  const objectStore = connectObjectStore(readConfig('worker', market.env))
  const { client, close } = temporalOf(market)
  const object = { key: `bench/${randomUUID()}`, bytes: 1, format: 'csv' }
  await objectStore.put(object.key, generateCsv({ rows, columns: shortColumns }))
  const workers = await Promise.all(
    ['parsing', 'integrations'].map((domain) => market.product.startWorker(domain)),
  )
  const figures: OrchestrationFigures = {
    ...{ rows, workflow: [], between: [], script: [], mostEvents: 0, sameCatalogue: true },
  }
  const hashes = new Set<string>()
  const ended = async ({ shopId }: OpenShop, importId: string) => {
    const { createdCount } = await market.owner.db
      .selectFrom('import')
      .select('createdCount')
      .where('id', '=', importId)
      .executeTakeFirstOrThrow()
    if (Number(createdCount) !== rows) throw new Error(`${createdCount} rows were created`)
    hashes.add(await catalogueHash(market, shopId))
    // So that the vacuum of what one wrote does not fall into the time of the other.
    await market.owner.pool.query('vacuum analyze')
  }
  const byWorkflow = async () => {
    const shop = await market.openShop()
    const importId = await requestImport(market.owner.db, shop, object)
    const startedAt = performance.now()
    const handle = await client.workflow.start<ImportCatalog>(importCatalog, {
      workflowId: importWorkflowId(importId),
      taskQueue: integrationsQueue,
      args: [{ importId }],
    })
    await handle.result()
    const seconds = (performance.now() - startedAt) / 1_000
    const steps = await stepSeconds(handle)
    figures.workflow.push(seconds)
    figures.between.push(Object.values(steps).reduce((rest, ofStep) => rest - ofStep, seconds))
    console.error(`  workflow ${tell(steps)}`)
    const { historyLength } = await handle.describe()
    figures.mostEvents = Math.max(figures.mostEvents, historyLength)
    await ended(shop, importId)
  }
  const byScript = async () => {
    const shop = await market.openShop()
    const importId = await requestImport(market.owner.db, shop, object)
    const program = join(import.meta.dirname, 'plain-import.ts')
    const run = [...workerFlags(['parsing']), program, importId]
    const { stdout } = await promisify(execFile)(process.execPath, run, { env: market.env })
    const { seconds, steps } = JSON.parse(stdout) as PlainImport
    figures.script.push(seconds)
    console.error(`  script ${tell(steps)}`)
    await ended(shop, importId)
  }
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 === 0 ? [byWorkflow, byScript] : [byScript, byWorkflow]) await way()
    const [workflow, script] = [figures.workflow.at(-1)!, figures.script.at(-1)!]
    console.error(`  ${rows}: workflow ${workflow.toFixed(1)} s, script ${script.toFixed(1)} s`)
  }
  figures.sameCatalogue = hashes.size === 1
  await Promise.all([...workers.map((worker) => worker.terminate()), close()])
  objectStore.close()
  return figures
}

const { Артикул, Наименование, Категория, Цена, Остаток } = csvColumns as Record<
  'Артикул' | 'Наименование' | 'Категория' | 'Цена' | 'Остаток',
  (typeof csvColumns)[string]
>
const shortColumns = { Артикул, Наименование, Категория, Цена, Остаток }

/** Of each step, its seconds. */
const tell = (steps: Record<string, number>) =>
  Object.entries(steps)
    .map(([step, seconds]) => `${step} ${seconds.toFixed(2)}`)
    .join(', ')

export async function run(rows: number): Promise<string> {
  const market = await openMarketplace()
  try {
    const small = await measureOrchestration(market, Math.round(rows / 10), ROUNDS)
    return table([small, await measureOrchestration(market, rows, ROUNDS)])
  } finally {
    await market.close()
  }
}

function table(runs: OrchestrationFigures[]): string {
  const rows: [string, (run: OrchestrationFigures) => string][] = [
    ['rows', ({ rows }) => String(rows)],
    ['runs of each, by turns', ({ script }) => String(script.length)],
    ['plain script over the same activities, s: median (least–most)', (run) => spread(run.script)],
    ['workflow, from start to result, s', ({ workflow }) => spread(workflow)],
    ['of these between the activities, s', ({ between }) => spread(between)],
    ['orchestration over the script', (run) => percent(run)],
    ['most events of a workflow', ({ mostEvents }) => String(mostEvents)],
    ['same catalogue both ways', ({ sameCatalogue }) => (sameCatalogue ? 'yes' : 'NO')],
  ]
  const lines = rows.map(([title, value]) => `| ${title} | ${runs.map(value).join(' | ')} |`)
  return ['| | a tenth | full |', '|---|---:|---:|', ...lines].join('\n')
}

const percent = ({ workflow, script }: OrchestrationFigures) =>
  `${((median(workflow) / median(script) - 1) * 100).toFixed(1)} %`

function median(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

const spread = (times: readonly number[]) =>
  times.length === 1
    ? times[0]!.toFixed(1)
    : `${median(times).toFixed(1)} (${Math.min(...times).toFixed(1)}–${Math.max(...times).toFixed(1)})`
