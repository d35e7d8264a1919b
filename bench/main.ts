import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import * as apiOverhead from './api-overhead.ts'
import * as cacheFuzz from './cache/fuzz.ts'
import * as cacheHot from './cache/hot.ts'
import * as cacheMixed from './cache/mixed.ts'
import * as cacheRedisKill from './cache/redis-kill.ts'
import * as cacheSoak from './cache/soak.ts'
import * as cacheStaleness from './cache/staleness.ts'
import * as cacheStampede from './cache/stampede.ts'
import * as carrierMutations from './carrier-mutations.ts'
import * as openDeliveries from './open-deliveries.ts'
import * as choice from './choice/choice.ts'
import * as deliveryChaos from './deliveries/chaos.ts'
import * as deliveryFailover from './deliveries/failover.ts'
import * as deliveryRate from './deliveries/rate.ts'
import * as facets from './facets.ts'
import * as backfill from './backfill.ts'
import * as feeds from './feeds.ts'
import * as hostile from './hostile.ts'
import * as idempotency from './idempotency.ts'
import * as import1gb from './import-1gb.ts'
import * as import1m from './import-1m.ts'
import * as importKills from './import-kills.ts'
import * as importYml from './import-yml.ts'
import * as imports from './imports.ts'
import * as points from './points.ts'
import * as relevance from './relevance.ts'
import * as suggest from './suggest.ts'
import * as syncChaos from './sync-chaos.ts'
import * as sync from './sync.ts'
import * as reindex from './reindex.ts'
import * as realFeeds from './real-feeds.ts'
import * as webhooksFifo from './webhooks/fifo.ts'
import * as webhooksHang from './webhooks/hang.ts'
import * as webhooksKills from './webhooks/kills.ts'
import * as webhooksLatency from './webhooks/latency.ts'
import * as webhooksThroughput from './webhooks/throughput.ts'
import * as xlsx from './xlsx.ts'

/** By name: what is measured, the full size, and how; `run` gives a Markdown table. */
const benches = {
  'import-yml': {
    title: 'Import of a YML feed, from upload to catalogue',
    size: 200_000,
    run: importYml.run,
  },
  'import-1gb': {
    title: 'Import of a YML of a gigabyte (size in MB)',
    size: 1_024,
    run: import1gb.run,
  },
  'import-1m': {
    title: 'Import of a million rows, against a plain script over the same activities',
    size: 1_000_000,
    run: import1m.run,
  },
  'import-kills': {
    title: 'Imports whose workers are killed at random points',
    size: 50,
    run: importKills.run,
  },
  imports: {
    title: 'Import of a CSV, from upload to catalogue',
    size: 200_000,
    run: imports.run,
  },
  xlsx: {
    title: 'Reading of XLSX',
    size: 500_000,
    run: xlsx.runReaders,
  },
  'error-report': {
    title: 'Writing of an XLSX error report',
    size: 200_000,
    run: xlsx.runWriters,
  },
  feeds: {
    title: 'Feeds for Yandex Market and Google Shopping, from catalogue to published file',
    size: 200_000,
    run: feeds.run,
  },
  facets: {
    title: 'Facets in one request, against a request per facet',
    size: 200_000,
    run: facets.run,
  },
  suggest: {
    title: 'Suggestions while somebody types, against match_phrase_prefix',
    size: 200_000,
    run: suggest.run,
  },
  relevance: {
    title: 'Relevance of search on 148 held-out Russian queries',
    size: 6_034,
    run: relevance.run,
  },
  sync: {
    title: 'Search follows PostgreSQL: the lag of single changes',
    size: 120,
    run: sync.run,
  },
  'sync-chaos': {
    title: 'Search follows PostgreSQL through kills, restarts and refusals',
    size: 100_000,
    run: syncChaos.run,
  },
  backfill: {
    title: 'Backfill of the search index against PGSync',
    size: 200_000,
    run: backfill.run,
  },
  reindex: {
    title: 'Reindex under load, and a drift cycle',
    size: 200_000,
    run: reindex.run,
  },
  'cache-hot': {
    title:
      'Hot listings over HTTP, against caches from npm and node:http (size in seconds per round)',
    size: 10,
    run: cacheHot.run,
  },
  'cache-mixed': {
    title: 'Listings over HTTP while prices and stock change (size in shop products)',
    size: 200_000,
    run: cacheMixed.run,
  },
  'cache-stampede': {
    title: 'A stampede of two processes on a page that is not there (size in trials)',
    size: 100,
    run: cacheStampede.run,
  },
  'cache-staleness': {
    title: 'Listings checked against the log of commits (size in reads)',
    size: 1_000_000,
    run: cacheStaleness.run,
  },
  'cache-fuzz': {
    title: 'Which pages a change takes, against a plain model (size in changes)',
    size: 10_000,
    run: cacheFuzz.run,
  },
  'cache-redis-kill': {
    title: 'Redis killed under a load of warm listings (size in seconds)',
    size: 30,
    run: cacheRedisKill.run,
  },
  'cache-soak': {
    title: 'The memory of the cache against its bound (size in seconds)',
    size: 600,
    run: cacheSoak.run,
  },
  'api-overhead': {
    title: 'A read with a key and limits, against its handler bare (size in seconds per round)',
    size: 8,
    run: apiOverhead.run,
  },
  idempotency: {
    title: '50 equal orders at once under each key, and the process killed (size in keys)',
    size: 1_000,
    run: idempotency.run,
  },
  'webhooks-throughput': {
    title: 'Webhooks as fast as can be, against BullMQ and pg-boss (size in messages)',
    size: 20_000,
    run: webhooksThroughput.run,
  },
  'webhooks-kills': {
    title: 'Webhooks through killed workers and restarts of PostgreSQL (size in events)',
    size: 100_000,
    run: webhooksKills.run,
  },
  'webhooks-hang': {
    title: 'Webhooks while a fifth of the endpoints hang (size in seconds)',
    size: 60,
    run: webhooksHang.run,
  },
  'webhooks-fifo': {
    title: 'Webhooks in order while attempts fail (size in events)',
    size: 100_000,
    run: webhooksFifo.run,
  },
  'webhooks-latency': {
    title: 'Webhooks: from commit to the first attempt (size in seconds)',
    size: 60,
    run: webhooksLatency.run,
  },
  'delivery-chaos': {
    title: 'Deliveries through failing carriers, killed workers and restarts (size in shipments)',
    size: 1_000,
    run: deliveryChaos.run,
  },
  'delivery-failover': {
    title: 'Until the next carrier has booked, when one fails (size in shipments for each case)',
    size: 40,
    run: deliveryFailover.run,
  },
  'delivery-rate': {
    title: 'Shipments from start to booked, against three steps that do nothing (size at once)',
    size: 200,
    run: deliveryRate.run,
  },
  'carrier-mutations': {
    title: 'Replies of carriers, each changed in one way (size per carrier)',
    size: 5_000,
    run: carrierMutations.run,
  },
  points: {
    title: 'The nearest pickup points that take a shipment (size in points)',
    size: 20_000,
    run: points.run,
  },
  'open-deliveries': {
    title: 'Deliveries under way at once, on a clock that is skipped',
    size: 2_000,
    run: openDeliveries.run,
  },
  choice: {
    title: 'The choice of a carrier, against the cheapest and an oracle (size in orders a day)',
    size: 100,
    run: choice.run,
  },
  hostile: {
    title: 'Files made to harm, each read in a process of its own',
    size: hostile.hostileFiles().length,
    run: hostile.run,
  },
  'real-feeds': {
    title: 'Feeds of real projects, each imported or refused by name',
    size: Object.keys(realFeeds.realFeeds).length,
    run: realFeeds.run,
  },
} satisfies Record<string, { title: string; size: number; run(size: number): Promise<string> }>

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { size: { type: 'string' } },
})
const name = positionals[0] as keyof typeof benches
const bench = benches[name]
if (!bench) {
  console.error(`Which benchmark? There are: ${Object.keys(benches).join(', ')}`)
  process.exit(1)
}

const size = Number(values.size ?? bench.size)
const load = loadavg()[0]!
console.log(`${bench.title}, size ${size}, load average before ${load.toFixed(2)}`)
const result = await bench.run(size)
console.log(`\n${result}`)
if (size === bench.size) await publish(name, bench.title, result)

/** Puts the newest result into docs/benchmarks.md, in the place of the one before. */
async function publish(name: string, title: string, result: string): Promise<void> {
  const file = join(import.meta.dirname, '../docs/benchmarks.md')
  const machine = `${availableParallelism()} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.version}`
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const section = `${begin}\n\n## ${title}\n\n\`npm run bench -- ${name}\`, ${new Date().toISOString().slice(0, 10)}, ${machine}, load average before: ${load.toFixed(2)}\n\n${result}\n\n${end}`
  const text = await readFile(file, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  const updated =
    from < 0
      ? `${text.trimEnd()}\n\n${section}\n`
      : text.slice(0, from) + section + text.slice(to + end.length)
  await writeFile(
    file,
    await format(updated, { ...(await resolveConfig(file)), parser: 'markdown' }),
  )
}
