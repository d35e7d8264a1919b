import { MockActivityEnvironment } from '@temporalio/testing'
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { isDeepStrictEqual } from 'node:util'
import { setTimeout as pause } from 'node:timers/promises'
import { createFeedArtefactsActivities } from '../activities/integrations/feed-artefacts.ts'
import { createFeedsActivities } from '../activities/integrations/feeds.ts'
import { connectObjectStore } from '../clients/object-store.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { readConfig, roleUrl } from '../config.ts'
import type { FeedKind } from '../domain/integrations/feeds/settings.ts'
import type { CatalogRow } from '../domain/integrations/row.ts'
import { yml } from '../formats/yml/index.ts'
import { createFeed, fillShop } from '../test/support/catalogue.ts'
import type { TestShop } from '../test/support/marketplace.ts'
import { openMarketplace, watchMemory, type Marketplace } from './marketplace.ts'
import { writePlainFeed } from './plain-feed.ts'

const ROUNDS = 5
/** Every so many rows of the published file are compared with the catalogue, field by field. */
const SAMPLE_EVERY = 97

export type FeedFigures = {
  kind: FeedKind
  items: number
  fileMb: number
  compressedMb: number
  /** Build and store, in this process; the peer does the same in the same process, turn by turn. */
  ours: number[]
  peer: number[]
  /** On real workers, from the request to the state `published`, check included. */
  publishedAfterSeconds: number
  workerGrowthMb: number
  /** A second request, when nothing has changed. */
  unchangedAfterSeconds: number
  sampled: number
  sampledEqual: boolean
}

export async function measureFeed(
  market: Marketplace,
  kind: FeedKind,
  items: number,
): Promise<FeedFigures> {
  const shop = await market.openShop()
  await fillShop(market.owner.db, shop, items)
  await market.owner.pool.query('analyze')
  const parsing = await market.product.startWorker('parsing')
  const worker = await market.product.startWorker('integrations')
  try {
    await warmUp(market, kind)
    const memory = await watchMemory(parsing)
    const feed = await call<{ id: string; urls: string[] }>(market, shop.apiKey, '/v1/feeds', {
      kind,
      shopId: shop.shopId,
    })
    const published = await publish(market, shop.apiKey, feed.id)
    const workerGrowthMb = await memory.growthMb()
    if (published.state !== 'published' || published.items !== items)
      throw new Error(`The feed is ${published.state} with ${published.items} items`)
    const unchanged = await publish(market, shop.apiKey, feed.id)
    if (unchanged.state !== 'unchanged') throw new Error(`Again it is ${unchanged.state}`)
    const [file] = published.files
    const sample =
      kind === 'yandex-market' ? await compare(market, feed.urls[0]!, shop.shopId) : undefined
    const { ours, peer } = await race(market, kind, shop)
    return {
      kind,
      items,
      fileMb: file!.bytes / 1024 ** 2,
      compressedMb: file!.bytesGz / 1024 ** 2,
      ours,
      peer,
      publishedAfterSeconds: published.seconds,
      workerGrowthMb,
      unchangedAfterSeconds: unchanged.seconds,
      sampled: sample?.sampled ?? 0,
      sampledEqual: sample?.equal ?? true,
    }
  } finally {
    await Promise.all([worker.terminate(), parsing.terminate()])
  }
}

export async function run(items: number): Promise<string> {
  const market = await openMarketplace()
  try {
    const yandex = await measureFeed(market, 'yandex-market', items)
    const google = await measureFeed(market, 'google-shopping', items)
    return table([yandex, google])
  } finally {
    await market.close()
  }
}

/** So that what a worker loads once is not taken for growth. */
async function warmUp(market: Marketplace, kind: string): Promise<void> {
  const shop = await market.openShop()
  await fillShop(market.owner.db, shop, 100)
  const { id } = await call<{ id: string }>(market, shop.apiKey, '/v1/feeds', {
    kind,
    shopId: shop.shopId,
  })
  await publish(market, shop.apiKey, id)
}

type Published = {
  id: string
  state: string
  items: number
  files: { bytes: number; bytesGz: number }[]
}

async function publish(market: Marketplace, apiKey: string, feedId: string) {
  const startedAt = performance.now()
  const { id } = await call<Published>(market, apiKey, `/v1/feeds/${feedId}/publish`, {})
  for (;;) {
    const found = await market.api.get<Published>(`/v1/feeds/${feedId}/publications/${id}`, apiKey)
    if (!['queued', 'building'].includes(found.state))
      return { ...found, seconds: (performance.now() - startedAt) / 1_000 }
    await pause(20)
  }
}

async function call<T>(
  { url }: Marketplace,
  apiKey: string,
  path: string,
  body: object,
): Promise<T> {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** Ours and the peer's in turn, in one process, on the same rows and into the same store. */
async function race(
  market: Marketplace,
  kind: FeedKind,
  shop: TestShop,
): Promise<{ ours: number[]; peer: number[] }> {
  const config = readConfig('worker', market.env)
  const system = connectPostgres({ url: roleUrl(config, 'system'), applicationName: 'bench' })
  const objectStore = connectObjectStore(config)
  const artefacts = createFeedArtefactsActivities({ system: system.db, objectStore })
  const quick = createFeedsActivities({ system: system.db, log: console })
  const buildOurs = async () => {
    const feed = await createFeed(market.owner.db, shop, { kind })
    const key = { feedId: feed.id, publicationId: randomUUID() }
    const activity = new MockActivityEnvironment()
    await activity.run(() => quick.openPublication(key))
    return seconds(() => activity.run(() => artefacts.buildArtefacts(key)))
  }
  const buildPeers = () => seconds(() => writePlainFeed(system.db, objectStore, shop.shopId))
  const times = { ours: [] as number[], peer: [] as number[] }
  try {
    await buildOurs()
    await buildPeers()
    for (let round = 0; round < ROUNDS; round++) {
      times.ours.push(await buildOurs())
      times.peer.push(await buildPeers())
    }
    return times
  } finally {
    objectStore.close()
    await system.close()
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1_000
}

/** Fetches the file as Yandex would, and reads it with our own importer. */
async function compare(market: Marketplace, url: string, shopId: string) {
  const { body } = await fetch(new URL(new URL(url).pathname, market.url))
  const read: CatalogRow[] = []
  const bytes = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])
  for await (const { rows } of yml.read(bytes, { encoding: 'utf-8' }))
    read.push(...rows.filter(({ row }) => row % SAMPLE_EVERY === 1))
  const kept = await market.owner.db
    .selectFrom('shopProduct as sp')
    .innerJoin('product as p', 'p.id', 'sp.productId')
    .innerJoin('stock as st', 'st.shopProductId', 'sp.id')
    .select(['sp.externalId', 'sp.priceMinor', 'sp.oldPriceMinor', 'sp.url', 'st.units'])
    .select(['p.name', 'p.brand', 'p.vendorCode', 'p.description', 'p.attributes', 'p.barcodes'])
    .select(['p.pictures', 'p.weightGrams', 'p.lengthMm', 'p.widthMm', 'p.heightMm'])
    .where('sp.shopId', '=', shopId)
    .where(
      'sp.externalId',
      'in',
      read.map(({ externalId }) => externalId),
    )
    .execute()
  const byId = new Map(kept.map((row) => [row.externalId, row]))
  const equal = read.every((row) => {
    const one = byId.get(row.externalId)!
    return Object.entries(one).every(([field, value]) => {
      const found = row[field as keyof CatalogRow] ?? null
      return isDeepStrictEqual(found, field.endsWith('Minor') ? numeric(value) : value)
    })
  })
  return { sampled: read.length, equal }
}

const numeric = (value: unknown) => (value === null ? null : Number(value))

function table(runs: FeedFigures[]): string {
  const rows: [string, (run: FeedFigures) => string][] = [
    ['items', ({ items }) => String(items)],
    ['file, MB', ({ fileMb }) => fileMb.toFixed(1)],
    ['compressed, MB', ({ compressedMb }) => compressedMb.toFixed(1)],
    ['build and store, s: median (least–most)', ({ ours }) => spread(ours)],
    ['plain string writer, the same rows as YML, s', ({ peer }) => spread(peer)],
    [
      'times as fast as the plain writer',
      ({ kind, ours, peer }) =>
        kind === 'yandex-market' ? (median(peer) / median(ours)).toFixed(2) : '(two files)',
    ],
    ['asked for → published, s', (run) => run.publishedAfterSeconds.toFixed(1)],
    ['asked for again → unchanged, s', (run) => run.unchangedAfterSeconds.toFixed(2)],
    ['peak growth of the parsing worker, MB', ({ workerGrowthMb }) => String(workerGrowthMb)],
    ['rows read back and compared', ({ sampled }) => String(sampled)],
    ['all of them equal', ({ sampledEqual }) => (sampledEqual ? 'yes' : 'NO')],
  ]
  const lines = rows.map(([title, value]) => `| ${title} | ${runs.map(value).join(' | ')} |`)
  return ['| | Yandex Market | Google Shopping (RSS and TSV) |', '|---|---:|---:|', ...lines].join(
    '\n',
  )
}

const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!

const spread = (times: number[]) =>
  `${median(times).toFixed(2)} (${Math.min(...times).toFixed(2)}–${Math.max(...times).toFixed(2)})`
