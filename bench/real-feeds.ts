import { readFile } from 'node:fs/promises'
import type { Import, Page } from '../scripts/demo/api.ts'
import { areRealFeedsHere, realFeedsFolder } from '../test/support/real-feeds.ts'
import { openMarketplace, type Marketplace } from './marketplace.ts'

export type Outcome = {
  state: 'refused' | Import['state']
  created: number
  rejected: number
  /** Of single rows, each code with how often. */
  findings: Record<string, number>
  /** Why the whole file is refused or failed: its code, and what the seller is told. */
  problem?: { code: string; detail: string }
}

/** Every file of `../shared/real/feeds`, with what it is. */
export const realFeeds = {
  'API_PRODUCT_SRV.edmx': 'SAP OData V2 $metadata',
  'argent_documents_209.xml': 'CommerceML 2.09, documents',
  'argent_prices_3x.xml': 'CommerceML 3.1, prices',
  'argent_rests_3x.xml': 'CommerceML 3.1, rests',
  'bigperson_offers.xml': 'CommerceML 2.08, offers',
  'carono_import.xml': 'CommerceML 2.07, catalogue',
  'carono_import_wo_classifier.xml': 'CommerceML 2.07, catalogue without classifier',
  'carono_offers.xml': 'CommerceML 2.07, offers',
  'carono_orders.xml': 'CommerceML 2.03, orders, windows-1251',
  'dobromyslov_bitrix_query_empty.xml': 'CommerceML 2.05, no orders, windows-1251',
  'dobromyslov_bitrix_query_full.xml': 'CommerceML 2.05, two orders, windows-1251',
  'dobromyslov_import0_1.xml': 'CommerceML 2.07, catalogue',
  'dobromyslov_offers0_1.xml': 'CommerceML 2.07, offers',
  'ecomsearch_msk_delivery.xml': 'YML, 36 simplified offers',
  'ecomsearch_spb_vendor_model.xml': 'YML, 36 offers of vendor.model',
  'excel_to_yml_output.xml': 'YML, 3 offers',
  'takefive_1.xml': 'YML, 3 offers without name and price',
  'takefive_malformed.xml': 'YML that breaks in its second offer',
  'yandex_market_template.xlsx': 'workbook of 5 sheets, the same 3 offers',
}
export type RealFeed = keyof typeof realFeeds

/** Uploads one file as a seller of its own would, and waits for what becomes of it. */
export async function importRealFeed(
  { url, api, openShop }: Pick<Marketplace, 'url' | 'api' | 'openShop'>,
  name: RealFeed,
): Promise<Outcome> {
  const { apiKey, shopId } = await openShop()
  const form = new FormData()
  form.set('shopId', shopId)
  form.set('file', new Blob([await readFile(new URL(name, realFeedsFolder))]), name)
  const headers = { authorization: `Bearer ${apiKey}`, 'accept-language': 'en' }
  const answer = await fetch(new URL('/v1/imports', url), { method: 'POST', headers, body: form })
  if (answer.status !== 202) {
    const { detail, problem } = (await answer.json()) as {
      detail: string
      problem: { code: string }
    }
    const { code } = problem
    return { state: 'refused', created: 0, rejected: 0, findings: {}, problem: { code, detail } }
  }
  const { id } = (await answer.json()) as Import
  await api.finished(apiKey, id)
  const ended = await fetch(new URL(`/v1/imports/${id}`, url), { headers })
  const { state, counts, problem } = (await ended.json()) as Import
  const errors = `/v1/imports/${id}/errors?limit=100`
  const { items } = await api.get<Page<{ code: string }>>(errors, apiKey)
  return {
    state,
    created: counts.created,
    rejected: counts.rejected,
    findings: Object.fromEntries(
      Object.entries(Object.groupBy(items, ({ code }) => code)).map(([code, found]) => [
        code,
        found!.length,
      ]),
    ),
    ...(problem && { problem: { code: problem.code, detail: problem.detail } }),
  }
}

export async function run(): Promise<string> {
  if (!areRealFeedsHere) throw new Error('../shared/real/feeds is not here')
  const market = await openMarketplace()
  await market.product.startWorker('integrations', 'parsing')
  try {
    const lines = ['| file | what it is | outcome | counts or reason |', '|---|---|---|---|']
    for (const [name, what] of Object.entries(realFeeds)) {
      const outcome = await importRealFeed(market, name as RealFeed)
      lines.push(`| ${name} | ${what} | ${outcome.state} | ${tell(outcome)} |`)
    }
    return lines.join('\n')
  } finally {
    await market.close()
  }
}

function tell({ created, rejected, findings, problem }: Outcome): string {
  const counts = created + rejected > 0 ? [`${created} created, ${rejected} rejected`] : []
  const reasons = Object.entries(findings).map(([code, count]) => `${count} × ${code}`)
  const why = problem ? [`${problem.code}: ${problem.detail}`] : []
  return [...counts, ...reasons, ...why].join('; ')
}
