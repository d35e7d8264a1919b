import { Client } from '@elastic/elasticsearch'
import { setTimeout as pause } from 'node:timers/promises'
import { shopProductsIndex } from '../domain/storefront/search-index.ts'
import type { Marketplace } from './marketplace.ts'

export type ReindexView = {
  id: string
  state: string
  progress: { read: number; written: number; total: number; perSecond: number | null }
  parity?: { documents: number; repaired: number; differing: number }
}

export type DriftView = {
  id: string
  state: string
  drift: number
  repaired: number
  search: { documents: number; missing: number }
  createdAt: string
  finishedAt?: string
}

/** The operators' routes, and Elasticsearch itself. */
export function operate({ url, env }: Marketplace, adminKey: string) {
  const elasticsearch = new Client({ node: env['ELASTICSEARCH_URL']! })
  const call = async <T>(path: string, body?: object): Promise<T> => {
    const response = await fetch(new URL(`/v1/admin${path}`, url), {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${adminKey}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  return {
    elasticsearch,
    begin: (rollbackMinutes: number) => call<ReindexView>('/reindexes', { rollbackMinutes }),
    order: (id: string, order: 'pause' | 'resume' | 'rollback' | 'cancel') =>
      call<ReindexView>(`/reindexes/${id}/${order}`, {}),
    indices: async () =>
      Object.keys(
        await elasticsearch.indices.get({ index: `${shopProductsIndex.alias}-*` }),
      ).sort(),

    async until(
      id: string,
      isReached: (reindex: ReindexView) => boolean,
      everyMs = 50,
    ): Promise<ReindexView> {
      for (;;) {
        const reindex = await call<ReindexView>(`/reindexes/${id}`)
        if (isReached(reindex)) return reindex
        if (reindex.state === 'failed' || reindex.state === 'cancelled')
          throw new Error(`The reindex ended ${reindex.state}`)
        await pause(everyMs)
      }
    },

    async checkDrift(): Promise<DriftView & { seconds: number }> {
      const { id } = await call<DriftView>('/drift', {})
      for (;;) {
        const { items } = await call<{ items: DriftView[] }>('/drift?limit=10')
        const cycle = items.find((item) => item.id === id)
        if (cycle?.finishedAt) {
          const seconds = (Date.parse(cycle.finishedAt) - Date.parse(cycle.createdAt)) / 1_000
          return { ...cycle, seconds }
        }
        await pause(100)
      }
    },

    close: () => elasticsearch.close(),
  }
}

export type Operator = ReturnType<typeof operate>

/** How many shop products are not searched exactly as PostgreSQL has them, counted apart from the product's own check. */
export async function countDifferences(
  { owner }: Marketplace,
  { elasticsearch }: Operator,
): Promise<{ lost: number; extra: number }> {
  const { rows } = await owner.pool.query<{ id: string; price: string }>(
    'select id, price_minor as price from shop_product where active',
  )
  const wanted = new Map(rows.map(({ id, price }) => [id, Number(price)]))
  await elasticsearch.indices.refresh({ index: shopProductsIndex.alias })
  let extra = 0
  const scroll = elasticsearch.helpers.scrollDocuments<{ id: string; priceMinor: number }>({
    ...{ index: shopProductsIndex.alias, size: 5_000, _source_includes: ['id', 'priceMinor'] },
  })
  for await (const { id, priceMinor } of scroll)
    if (wanted.get(id) === priceMinor) wanted.delete(id)
    else if (!wanted.has(id)) extra++
  return { lost: wanted.size, extra }
}

/** Takes documents out of the searched index as nobody should. */
export async function deleteSilently(
  { elasticsearch }: Operator,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) await elasticsearch.delete({ index: shopProductsIndex.alias, id })
}
