import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectElasticsearch } from '../clients/elasticsearch/connect.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { readConfig, roleUrl } from '../config.ts'
import { readSynonyms } from '../db/storefront/synonyms.ts'
import { migrate } from '../scripts/migrate.ts'
import { startStack } from '../stack/stack.ts'
import { generateCatalogue } from '../test/relevance/catalogue/generate.ts'
import { byKind, summarise, type Evaluated, type Summary } from '../test/relevance/evaluate.ts'
import { KINDS } from '../test/relevance/judgements/judgement.ts'
import { measureRelevance, type Measured } from '../test/relevance/measure.ts'

/** nDCG@10 of the held-out half by kind of query: the product, and the plain `russian` analyzer over the same goods. */
export async function run(goods: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'yarmarka-bench-'))
  const stack = await startStack({
    dataDir: join(folder, 'data'),
    runDir: join(folder, 'run'),
    logDir: join(import.meta.dirname, '../.local/logs/bench'),
    parts: ['postgres', 'elasticsearch'],
    usualPorts: false,
    progress: (title, state) => console.error(`  ${title.padEnd(16)}${state}`),
  })
  const config = readConfig('migrate', stack.env)
  await migrate(config)
  const storefront = connectPostgres({
    url: roleUrl(config, 'storefront'),
    applicationName: 'bench',
  })
  const client = connectElasticsearch({ url: stack.env['ELASTICSEARCH_URL']! })
  try {
    const synonyms = await readSynonyms(storefront.db)
    const catalogue = generateCatalogue().slice(0, goods)
    return table(await measureRelevance(client, 'relevance-', catalogue, synonyms))
  } finally {
    await Promise.all([client.close(), storefront.close()])
    await stack.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

function table({ ours, withoutSynonyms, peer }: Measured): string {
  const row = (title: string, sumUp: (evaluated: Evaluated[]) => Summary) => {
    const [our, plain, theirs] = [sumUp(ours), sumUp(withoutSynonyms), sumUp(peer)]
    const cells = [
      title,
      our.queries,
      our.ndcg.toFixed(3),
      plain.ndcg.toFixed(3),
      theirs.ndcg.toFixed(3),
      signed(our.ndcg - theirs.ndcg),
      percent(our.nothingFound),
      percent(theirs.nothingFound),
    ]
    return `| ${cells.join(' | ')} |`
  }
  return [
    '| kind of query | queries | nDCG@10 | without synonyms | `russian` analyzer | difference | nothing found | `russian` analyzer |',
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...KINDS.map((kind) => row(kind, (evaluated) => byKind(evaluated).get(kind)!)),
    row('**all**', summarise),
    '',
    'No weight was tuned by these queries. The synonyms that a marketplace begins with were written by the author of the queries, ' +
      'after them, and all of the kind `synonym` and most of `translit` are among them.',
  ].join('\n')
}

const signed = (difference: number) =>
  `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(3)}`
const percent = (share: number) => `${Math.round(share * 100)} %`
