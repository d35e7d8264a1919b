import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached, cacheFolder } from '../stack/cache.ts'
import { findProgram, runProgram } from '../stack/run-program.ts'
import type { SearchIndex } from '../domain/storefront/search-index.ts'

const VERSION = '7.3.0'

/** A folder with the peer's programs: PGSync in an environment of its own, in the cache of obtained programs. */
export async function obtainPgsync(): Promise<string> {
  const context = {
    cacheDir: cacheFolder(),
    progress: (line: string) => console.error(`  ${line}`),
  }
  const python = await findProgram(['python3'])
  if (!python) throw new Error('PGSync needs Python 3 with venv')
  // A virtual environment knows its own path, so it is made where it stays and only marked by `cached`.
  const folder = join(context.cacheDir, `pgsync-${VERSION}-programs`)
  await cached(context, `pgsync-${VERSION}`, async () => {
    await rm(folder, { recursive: true, force: true })
    await runProgram(python, ['-m', 'venv', folder])
    context.progress(`installing pgsync ${VERSION}`)
    const pip = ['install', '--quiet', '--disable-pip-version-check', `pgsync==${VERSION}`]
    await runProgram(join(folder, 'bin/pip'), pip)
  })
  return join(folder, 'bin')
}

export type Peer = {
  /** Seconds that PGSync takes to bring everything into an index of this name, its own start left out. */
  bootstrap(indexName: string): Promise<number>
}

/** PGSync on the same PostgreSQL, Redis and Elasticsearch, into an index of the same settings and mappings. */
export async function openPgsync(
  env: Record<string, string>,
  index: Pick<SearchIndex, 'settings' | 'mappings'>,
): Promise<Peer> {
  const programs = await obtainPgsync()
  const postgres = new URL(env['POSTGRES_URL']!)
  const redis = new URL(env['REDIS_URL']!)
  const settings = {
    PG_URL: `postgresql://${postgres.username}:${postgres.password}@${postgres.host}/postgres`,
    ELASTICSEARCH_URL: env['ELASTICSEARCH_URL']!,
    ELASTICSEARCH_TIMEOUT: '120',
    REDIS_HOST: redis.hostname,
    REDIS_PORT: redis.port,
    CONSOLE_LOGGING_HANDLER_MIN_LEVEL: 'WARNING',
  }
  const run = async (cwd: string, ...args: string[]) => {
    const startedAt = performance.now()
    await runProgram(join(programs, args[0]!), args.slice(1), { cwd, env: settings })
    return (performance.now() - startedAt) / 1_000
  }
  return {
    async bootstrap(indexName) {
      const folder = await mkdtemp(join(tmpdir(), 'yarmarka-pgsync-'))
      try {
        const response = await fetch(new URL(indexName, env['ELASTICSEARCH_URL']), {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            settings: { ...index.settings, refresh_interval: '-1', auto_expand_replicas: false },
            mappings: mappingsOf(index),
          }),
        })
        if (!response.ok) throw new Error(await response.text())
        const schema = join(folder, 'schema.json')
        await writeFile(schema, JSON.stringify([schemaOf(postgres.pathname.slice(1), indexName)]))
        await run(folder, 'bootstrap', '--config', schema)
        const nothing = await run(folder, 'pgsync', '--version')
        return (await run(folder, 'pgsync', '--config', schema)) - nothing
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

/** Each column is analysed as the field of ours that says the same; what only PGSync needs is not indexed. */
function mappingsOf({ mappings }: Pick<SearchIndex, 'mappings'>): object {
  const ours = mappings['properties'] as Record<string, { properties?: Record<string, object> }>
  const named = ours['category']?.properties
  const notIndexed = { type: 'object', enabled: false }
  return {
    dynamic: false,
    properties: {
      ...pick(ours, 'id', 'currency', 'url', 'available', 'popularity', 'shop'),
      ...pick(ours, 'everything', 'words', 'codes', 'details'),
      external_id: ours['externalId'],
      price_minor: ours['priceMinor'],
      old_price_minor: ours['oldPriceMinor'],
      created_at: ours['createdAt'],
      product: {
        properties: {
          ...pick(ours, 'name', 'brand', 'model', 'barcodes', 'description', 'pictures'),
          vendor_code: ours['vendorCode'],
          attributes: { properties: { name: ours['attributes'], value: ours['attributes'] } },
          category: {
            properties: { id: named?.['id'], name: named?.['names'], path: named?.['path'] },
          },
        },
      },
      stock: {
        properties: {
          warehouse_id: ours['cities'],
          units: { type: 'long', index: false, doc_values: false },
        },
      },
      _meta: notIndexed,
    },
  }
}

const pick = (fields: Record<string, object>, ...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, fields[name]]))

/** What PGSync joins to a document like ours: shop product, product, category, shop and stock with its warehouse. */
const schemaOf = (database: string, index: string) => ({
  ...{ database, index },
  nodes: {
    table: 'shop_product',
    columns: [
      ...['id', 'external_id', 'price_minor', 'old_price_minor', 'currency', 'url', 'available'],
      ...['popularity', 'created_at'],
    ],
    children: [
      one('product', 'product_id', {
        columns: [
          ...['name', 'brand', 'model', 'vendor_code', 'barcodes', 'description', 'pictures'],
          'attributes',
        ],
        children: [one('category', 'category_id', { columns: ['id', 'name', 'path'] })],
      }),
      one('shop', 'shop_id', { columns: ['id', 'name'] }),
      {
        table: 'stock',
        columns: ['warehouse_id', 'units'],
        relationship: {
          ...{ variant: 'object', type: 'one_to_many' },
          foreign_key: { child: ['shop_product_id'], parent: ['id'] },
        },
      },
    ],
  },
})

const one = (table: string, by: string, node: { columns: string[]; children?: object[] }) => ({
  table,
  ...node,
  relationship: {
    ...{ variant: 'object', type: 'one_to_one' },
    foreign_key: { child: ['id'], parent: [by] },
  },
})
