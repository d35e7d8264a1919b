import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueApiKey } from '../api/issue-api-key.ts'
import { connectPostgres, type Postgres } from '../clients/postgres.ts'
import { readConfig } from '../config.ts'
import { isMarketplaceScope, SCOPES } from '../domain/api-key.ts'
import { createApi } from '../scripts/demo/api.ts'
import { migrate } from '../scripts/migrate.ts'
import { startStack, type RunningStack } from '../stack/stack.ts'
import { createShop, type TestShop } from '../test/support/marketplace.ts'
import {
  openProduct,
  SECRETS_KEY,
  type Product,
  type ProductProcess,
} from '../test/support/processes.ts'

/** A shop with a key of its seller that may do everything of a seller's. */
export type OpenShop = TestShop & { apiKey: string }

export type Marketplace = {
  stack: RunningStack
  env: Record<string, string>
  owner: Postgres
  /** Of the API process. */
  url: string
  pid: number
  api: ReturnType<typeof createApi>
  product: Product
  openShop(): Promise<OpenShop>
  close(): Promise<void>
}

/** A whole marketplace of its own for one measurement: parts on free ports, an empty database, one API process. */
export async function openMarketplace(): Promise<Marketplace> {
  const folder = await mkdtemp(join(tmpdir(), 'yarmarka-bench-'))
  const stack = await startStack({
    dataDir: join(folder, 'data'),
    runDir: join(folder, 'run'),
    logDir: join(import.meta.dirname, '../.local/logs/bench'),
    parts: ['postgres', 'redis', 'temporal', 'elasticsearch', 'object-store'],
    usualPorts: false,
    progress: (title, state) => console.error(`  ${title.padEnd(16)}${state}`),
  })
  await migrate(readConfig('migrate', stack.env))
  const owner = connectPostgres({ url: stack.env['POSTGRES_URL']!, applicationName: 'bench' })
  const env = { SECRETS_KEY, ...stack.env }
  const product = await openProduct(env)
  const { url, pid } = await product.startApi()
  return {
    stack,
    env,
    owner,
    url,
    pid,
    api: createApi(url),
    product,
    openShop: () => openShop(owner.db),
    async close() {
      await product.close()
      await owner.close()
      await stack.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A new seller's. */
export async function openShop(owner: Postgres['db']): Promise<OpenShop> {
  const shop = await createShop(owner)
  const scopes = SCOPES.filter((scope) => !isMarketplaceScope(scope))
  const { key } = await issueApiKey(owner, { sellerId: shop.sellerId, name: 'bench', scopes })
  return { ...shop, apiKey: key }
}

/** Watches the memory of a process: Linux keeps the peak itself, so that no sample is missed. */
export async function watchMemory({ pid }: Pick<ProductProcess, 'pid'>) {
  await writeFile(`/proc/${pid}/clear_refs`, '5')
  const before = await statusOf(pid, 'VmRSS')
  return {
    /** Peak resident growth since the watch began, in MB. */
    growthMb: async () => Math.round((await statusOf(pid, 'VmHWM')) - before),
  }
}

async function statusOf(pid: number, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]
  return Number(kilobytes) / 1024
}
