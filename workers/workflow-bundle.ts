import {
  bundleWorkflowCode,
  type BundleOptions,
  type BundlerPlugin,
  type WorkflowBundle,
} from '@temporalio/worker'
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../clients/logger.ts'
import { temporalLogger } from '../clients/logger.ts'

const root = join(import.meta.dirname, '..')
/** Everything that may end up in a bundle, by the import table, and the versions of the packages. */
const sources = [
  ...['workflows', 'contracts', 'domain', 'telemetry.ts', 'package-lock.json'],
  'workers/workflow-bundle.ts',
]
const cache = join(root, 'node_modules/.cache/yarmarka-workflows')

/** The bundle of a domain's workflows; the same sources are bundled once, since it takes seconds of CPU. */
export async function workflowBundle(
  domain: string,
  plugins: BundlerPlugin[],
  log: Logger,
): Promise<WorkflowBundle> {
  const file = join(cache, `${domain}-${await hashOf(sources)}.js`)
  const kept = await readFile(file, 'utf8').catch(() => undefined)
  if (kept !== undefined) return { code: kept }
  const bundle = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows', domain, 'index.ts'),
    plugins,
    logger: temporalLogger(log),
    webpackConfigHook: pruned,
  })
  // A read-only image has its bundles from its build (scripts/bundle-workflows.ts), or makes them at every start.
  await keep(file, bundle.code).catch((error: unknown) => log.warn({ error }, 'bundle not kept'))
  return bundle
}

/**
 * Every workflow evaluates its modules anew: what nobody imports is left out, most of OpenTelemetry's. Modules stay apart: where
 * they are concatenated, functions that are called alike get other names, and `startChild` goes by names.
 */
const pruned = (config: Configuration): Configuration => ({
  ...config,
  optimization: {
    ...config.optimization,
    ...{ providedExports: true, usedExports: true, innerGraph: true, sideEffects: true },
  },
})
type Configuration = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0]

async function keep(file: string, code: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const unfinished = `${file}.${randomUUID()}`
  await writeFile(unfinished, code)
  await rename(unfinished, file)
}

async function hashOf(paths: string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths)
    for (const file of await filesOf(path))
      hash.update(file).update(await readFile(join(root, file)))
  return hash.digest('hex').slice(0, 16)
}

async function filesOf(path: string): Promise<string[]> {
  if (/\.\w+$/.test(path)) return [path]
  const found = await readdir(join(root, path), { recursive: true })
  return found
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => join(path, file))
}
