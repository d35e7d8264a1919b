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

/**
 * How many shop products are not searched exactly as PostgreSQL has them, by version, name, price and units, and how many
 * are searched that it does not publish; counted apart from the product's own check.
 */
export async function countDifferences(
  { owner }: Marketplace,
  { elasticsearch }: Operator,
): Promise<{ lost: number; extra: number }> {
  const { rows } = await owner.pool.query<{ id: string; said: string }>(
    `select sp.id, concat_ws(' ', c.version, sp.price_minor,
       (select coalesce(sum(units), 0) from stock where shop_product_id = sp.id), p.name) as said
     from shop_product sp join product p on p.id = sp.product_id join change c on c.shop_product_id = sp.id
     join shop s on s.id = sp.shop_id and s.state = 'active' where sp.active`,
  )
  const wanted = new Map(rows.map(({ id, said }) => [id, said]))
  const known = new Set(wanted.keys())
  await elasticsearch.indices.refresh({ index: shopProductsIndex.alias })
  let extra = 0
  const scroll = elasticsearch.helpers.scrollSearch<Searched>({
    ...{ index: shopProductsIndex.alias, size: 5_000, version: true },
    _source_includes: ['name', 'priceMinor', 'units'],
  })
  for await (const { body } of scroll)
    for (const { _id: id = '', _version, _source } of body.hits.hits) {
      const { name, priceMinor, units } = _source!
      if (!known.has(id)) extra++
      else if (wanted.get(id) === [_version, priceMinor, units.total, name].join(' '))
        wanted.delete(id)
    }
  return { lost: wanted.size, extra }
}

type Searched = { name: string; priceMinor: number; units: { total: number } }

/** Takes documents out of the searched index as nobody should. */
export async function deleteSilently(
  { elasticsearch }: Operator,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) await elasticsearch.delete({ index: shopProductsIndex.alias, id })
}
