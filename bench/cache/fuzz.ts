import type { Redis } from 'ioredis'
import type { Kysely } from 'kysely'
import type { Pool } from 'pg'
import { isDeepStrictEqual } from 'node:util'
import { applyToCache } from '../../activities/storefront/apply-to-cache.ts'
import { createInvalidator } from '../../clients/cache/invalidator.ts'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import { hashKey, idOf } from '../../clients/cache/page-key.ts'
import { findShared } from '../../clients/cache/shared-pages.ts'
import { connectPostgres } from '../../clients/postgres.ts'
import { connectRedis } from '../../clients/redis.ts'
import { readConfig, roleUrl } from '../../config.ts'
import type { Database } from '../../db/database.ts'
import { readPendingDocuments } from '../../db/storefront/documents.ts'
import { drainFanouts } from '../../db/storefront/fanouts.ts'
import { makeListingPage } from '../../db/storefront/listing-pages.ts'
import { pageKey } from '../../domain/storefront/listing-page.ts'
import type { ListingScope, ListingSort } from '../../domain/storefront/listing.ts'
import { migrate } from '../../scripts/migrate.ts'
import { startOwnStack } from '../../test/support/own-stack.ts'
import { cacheWithoutMemory } from '../../test/support/page-cache.ts'
import { sampler, type Sampler } from '../../test/support/sampler.ts'
import { CHANGE_KINDS, changes, insertGoods, type ChangeKind } from './fuzz-changes.ts'
import { fuzzMarket, fuzzPages, GOODS } from './fuzz-market.ts'
import { answerOf, isListed, listed, type Good, type Model, type ModelPage } from './fuzz-model.ts'

export type FuzzStores = {
  owner: Pool
  system: Kysely<Database>
  storefront: Kysely<Database>
  redis: Redis
}

export type FuzzCounts = {
  changes: number
  /** Pages whose content changed, by the model. */
  changed: number
  /** Pages that were dropped, or marked to be made anew. */
  invalidated: number
  /** Pages whose content changed and that would have gone on being shown. */
  stale: number
}

export type FuzzFigures = {
  pages: number
  byKind: Record<ChangeKind, FuzzCounts>
  total: FuzzCounts
  /** Pages that were made anew and were not what the model says: then it is the model that is wrong, or the listing. */
  unlikeModel: number
  /** Pages that are not, in the end, what PostgreSQL says. */
  unlikePostgres: number
  seconds: number
}

/** Refilled at once. */
const FILLERS = 4
/** No page may end by its time: what goes is to go because of a change. */
const KEEP_MS = 6 * 60 * 60_000
const REPORT_EVERY = 1_000

type Watched = ModelPage & { id: string; hash: string; name: string; answer: string }

/** Makes one random change after the other, brings each to the cache, and compares what that took with a plain model. */
export async function measureFuzz(
  { owner, system, storefront, redis }: FuzzStores,
  count: number,
): Promise<FuzzFigures> {
  const random = sampler(6)
  const invalidator = createInvalidator(redis)
  const cache = cacheWithoutMemory(redis)
  const model = await fuzzMarket(owner, random)
  for (let made = 0; made < GOODS; made += 100)
    await insertGoods({ pool: owner, model, random }, 100)
  const project = async () => {
    const pending = await readPendingDocuments(system, 'cache', 1_000)
    if (pending.length > 0) await applyToCache({ system, invalidator }, pending)
    return pending.length
  }
  while ((await drainFanouts(system, 1_000)) > 0 || (await project()) > 0);

  const pages = fuzzPages(model, random).map(watched)
  refreshAnswers(model, pages)
  let unlikeModel = 0
  const refill = async (some: readonly Watched[]) => {
    await inParallel(some, async (page) => {
      const body = await fill(cache, storefront, page)
      if (!isDeepStrictEqual(JSON.parse(body), JSON.parse(page.answer))) unlikeModel++
    })
  }
  await refill(pages)

  const byKind = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, nothing()])) as Record<
    ChangeKind,
    FuzzCounts
  >
  const startedAt = performance.now()
  for (let made = 0; made < count;) {
    const { kind, before, after } = await changeOne(owner, model, random)
    if (!kind) continue
    made++
    await project()
    const gone = await goneOf(redis, pages)
    const affected = pages.filter(({ scope }) =>
      [before, after].some((good) => good && isListed(model, good, scope)),
    )
    const changed = refreshAnswers(model, affected)
    const counts = byKind[kind]
    counts.changes++
    counts.changed += changed.size
    counts.invalidated += gone.size
    counts.stale += [...changed].filter((page) => !gone.has(page)).length
    await refill([...gone])
    if (made % REPORT_EVERY === 0) console.error(`  ${made} changes`)
  }
  const seconds = (performance.now() - startedAt) / 1_000
  return {
    pages: pages.length,
    byKind,
    total: Object.values(byKind).reduce(sum, nothing()),
    unlikeModel,
    unlikePostgres: await countUnlikePostgres(redis, storefront, pages),
    seconds,
  }
}

const nothing = (): FuzzCounts => ({ changes: 0, changed: 0, invalidated: 0, stale: 0 })

const sum = (one: FuzzCounts, other: FuzzCounts): FuzzCounts => ({
  changes: one.changes + other.changes,
  changed: one.changed + other.changed,
  invalidated: one.invalidated + other.invalidated,
  stale: one.stale + other.stale,
})

function watched(page: ModelPage): Watched {
  const key = pageKey(page)
  return { ...page, id: idOf(key), hash: hashKey(key), name: key.page, answer: '' }
}

type Changed = { kind?: ChangeKind; before?: Good | undefined; after?: Good | undefined }

async function changeOne(pool: Pool, model: Model, random: Sampler): Promise<Changed> {
  const kind = random.one(CHANGE_KINDS)
  const good = random.one([...model.goods.values()])
  const before = kind === 'new good' ? undefined : { ...good, units: new Map(good.units) }
  const id = await changes[kind]({ pool, model, random }, good)
  return id === undefined ? {} : { kind, before, after: model.goods.get(id) }
}

/** Brings the expected answers up to date; gives the pages of which they are others than before. */
function refreshAnswers(model: Model, pages: readonly Watched[]): Set<Watched> {
  const orders = new Map<string, Good[]>()
  const inOrder = (hash: string, scope: ListingScope, sort: ListingSort) => {
    const known = orders.get(`${hash} ${sort}`) ?? listed(model, scope, sort)
    orders.set(`${hash} ${sort}`, known)
    return known
  }
  const changed = new Set<Watched>()
  for (const page of pages) {
    const answer = JSON.stringify(answerOf(model, page, inOrder(page.hash, page.scope, page.sort)))
    if (answer !== page.answer) changed.add(page)
    page.answer = answer
  }
  return changed
}

async function fill(
  cache: PageCache,
  storefront: Kysely<Database>,
  page: Watched,
): Promise<string> {
  const { entry } = await cache.read(pageKey(page), async () => {
    const made = await makeListingPage(storefront, page)
    const endsAt = Date.now() + KEEP_MS
    if (made.lifetime.hardAt < Date.now() + 1_000) throw new Error('A page is not settled')
    return { ...made, lifetime: { refreshAt: endsAt, softAt: endsAt, hardAt: endsAt } }
  })
  return entry.bodies.identity.toString()
}

/** The pages that Redis no longer has, or has marked to be made anew. */
async function goneOf(redis: Redis, pages: readonly Watched[]): Promise<Set<Watched>> {
  const hashes = [...new Set(pages.map(({ hash }) => hash))]
  const fields = await Promise.all(
    hashes.map(async (hash) => [hash, new Set(await redis.hkeys(hash))] as const),
  )
  const byHash = new Map(fields)
  return new Set(
    pages.filter(({ hash, name }) => {
      const known = byHash.get(hash)!
      return !known.has(`p|${name}`) || known.has(`t|${name}`)
    }),
  )
}

async function countUnlikePostgres(
  redis: Redis,
  storefront: Kysely<Database>,
  pages: readonly Watched[],
): Promise<number> {
  let unlike = 0
  await inParallel(pages, async (page) => {
    const [kept, { body }] = await Promise.all([
      findShared(redis, pageKey(page)),
      makeListingPage(storefront, page),
    ])
    if (kept?.entry.bodies.identity.toString() !== body) unlike++
  })
  return unlike
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  const worker = async () => {
    for (let item = waiting.pop(); item; item = waiting.pop()) await work(item)
  }
  await Promise.all(Array.from({ length: FILLERS }, worker))
}

export async function run(count: number): Promise<string> {
  const stack = await startOwnStack('postgres', 'redis')
  const closing: (() => unknown)[] = [() => stack.stop()]
  try {
    const config = readConfig('migrate', stack.env)
    await migrate(config)
    const connect = (url: string) => {
      const postgres = connectPostgres({ url, applicationName: 'bench-fuzz' })
      closing.unshift(postgres.close)
      return postgres
    }
    const redis = connectRedis({
      ...{ url: stack.env['REDIS_URL']!, commandTimeoutMs: 10_000, patient: true },
    }) as Redis
    closing.unshift(() => redis.disconnect())
    return table(
      await measureFuzz(
        {
          owner: connect(config.POSTGRES_URL).pool,
          system: connect(roleUrl(config, 'system')).db,
          storefront: connect(roleUrl(config, 'storefront')).db,
          redis,
        },
        count,
      ),
    )
  } finally {
    for (const close of closing) await close()
  }
}

function table({ pages, byKind, total, ...figures }: FuzzFigures): string {
  const ratio = ({ invalidated, changed }: FuzzCounts) =>
    changed > 0 ? (invalidated / changed).toFixed(3) : '—'
  const row = (name: string, counts: FuzzCounts) =>
    `| ${name} | ${counts.changes} | ${counts.changed} | ${counts.invalidated} | ${ratio(counts)} | ${counts.stale} |`
  return [
    `${total.changes} single random changes over ${GOODS} goods with ${pages} cached pages (all sorts, several limits, first and deeper ` +
      'pages, of many scopes), each brought to the cache on its own and compared with a model that filters and sorts plain ' +
      `arrays; ${figures.seconds.toFixed(0)} s. In the end ${figures.unlikePostgres} of ${pages} pages differ from PostgreSQL; ` +
      `of all pages made anew, ${figures.unlikeModel} differed from the model.`,
    '',
    '| change | changes | pages whose content changed | pages invalidated | ratio | stale |',
    '|---|---:|---:|---:|---:|---:|',
    ...CHANGE_KINDS.map((kind) => row(kind, byKind[kind])),
    row('all', total),
  ].join('\n')
}
