import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Sink } from '../../contracts/storefront.ts'
import { withContentHash } from '../../domain/storefront/content-hash.ts'
import { attributePair, type ShopProductDocument } from '../../domain/storefront/document.ts'
import { placeOf, type Place } from '../../domain/storefront/place.ts'
import type { Database } from '../database.ts'
import type { Attribute } from '../catalog/tables.ts'

/** A document that has changed since this sink last applied it. */
export type PendingDocument = {
  shopProductId: string
  /** The version of exactly this content. */
  version: number
  /** Since when the change has been waiting. */
  changedAt: Date
  readAt: Date
  /** The trace whose transaction raised it, for a link. */
  traceParent: string | null
  /** Where it stood when its listings were last dropped: the *before* of an invalidation. */
  listedIn: Place | null
  /** Raised among many: by an import, or a fan-out. */
  wide: boolean
  /** `null` when it is not published: deleted, inactive, or its shop suspended. */
  document: ShopProductDocument | null
  /** Where it stands now; `null` as the document is. */
  place: Place | null
}

/**
 * Up to `limit` documents that the sink has not applied, longest waiting first, as role `system`; and as many again of
 * those that were raised among many, so that an import, or a fan-out over the whole catalogue, delays single changes by
 * less than a page, and they it. Version and content are of one snapshot, and nothing stays locked: write outside, then
 * {@link confirmProjected}.
 */
export async function readPendingDocuments(
  db: Kysely<Database>,
  sink: Sink,
  limit: number,
): Promise<PendingDocument[]> {
  const { rows } = await sql<PendingRow>`
    with pending as materialized (
      (${longestWaiting(sink, 'not wide', limit)}) union all (${longestWaiting(sink, 'wide', limit)})
    )
    select pending.*, published.*
    from pending
    left join ${publishedContent(sql`pending.shop_product_id`)} on true
    order by pending.changed_at`.execute(db)
  return rows.map(toPending)
}

const longestWaiting = (sink: Sink, kind: 'wide' | 'not wide', limit: number) => sql`
  select shop_product_id, version, changed_at, statement_timestamp() as read_at, trace_parent, listed_in, wide
  from change where ${applied(sink)} < version and ${sql.raw(kind)}
  order by changed_at limit ${limit}`

/**
 * Records that the sink has applied exactly these versions; what was raised meanwhile stays pending, and counts as
 * waiting since the read (a document that never rests is not for ever behind). Confirmed by the cache, a document is
 * remembered at the place where it now stands. Never waits and never deadlocks: a row that is locked is being raised at
 * this moment, so it is left pending.
 * @returns how many were confirmed
 */
export async function confirmProjected(
  db: Kysely<Database>,
  sink: Sink,
  projected: readonly PendingDocument[],
): Promise<number> {
  if (projected.length === 0) return 0
  const places = projected.map(({ place }) => place && JSON.stringify(place))
  const { numAffectedRows } = await sql`
    with confirmed as materialized (
      select c.shop_product_id, given.version, given.listed_in, given.read_at
      from unnest(
        ${projected.map(({ shopProductId }) => shopProductId)}::bigint[],
        ${projected.map(({ version }) => version)}::bigint[],
        ${places}::jsonb[],
        ${projected.map(({ readAt }) => readAt)}::timestamptz[]
      ) as given (shop_product_id, version, listed_in, read_at)
      join change c using (shop_product_id)
      where ${applied(sink, 'c')} < given.version
      for update of c skip locked
    )
    update change set ${applied(sink)} = confirmed.version
      ${sink === 'cache' ? sql`, listed_in = confirmed.listed_in` : sql`, changed_at = case when change.version > confirmed.version then confirmed.read_at else change.changed_at end`}
    from confirmed where change.shop_product_id = confirmed.shop_product_id`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** What everybody may know of the shop product of this id, as `published.*`; no row when that is nothing. */
export const publishedContent = (id: RawBuilder<unknown>) => sql`
  lateral (
    select sp.id, sp.external_id, p.name, p.brand, p.model, p.vendor_code, p.barcodes, p.description,
      p.category_id, c.name as category_name, c.path as category_path, path.names as category_names,
      sp.shop_id, s.name as shop_name, sp.seller_id, sp.price_minor, sp.old_price_minor, sp.currency, sp.url, p.pictures,
      sp.available, p.attributes, sp.popularity, sp.created_at,
      (extract(epoch from sp.created_at) * 1000000)::bigint as created_micros,
      coalesce(units.total, 0) as units_total, units.by_city as units_by_city
    from shop_product sp
    join shop s on s.id = sp.shop_id and s.state = 'active'
    join product p on p.id = sp.product_id
    join category c on c.id = p.category_id
    cross join lateral (
      select array_agg(a.name order by array_position(c.path, a.id)) as names
      from category a where a.id = any (c.path)
    ) path
    cross join lateral (
      select sum(units)::bigint as total,
        (select jsonb_object_agg(city_id, units) from (
          select wc.city_id, sum(st.units) as units
          from stock st join warehouse_city wc using (warehouse_id)
          where st.shop_product_id = sp.id and st.units > 0
          group by wc.city_id
        ) cities) as by_city
      from stock where shop_product_id = sp.id
    ) units
    where sp.id = ${id} and sp.active
    -- One look-up per document: flattened into a join, it may be made of the whole catalogue.
    offset 0
  ) published`

const applied = (sink: Sink, table?: string) =>
  sql.ref(table ? `${table}.${sink}_version` : `${sink}_version`)

export type Content = {
  id: string
  externalId: string
  name: string
  brand: string | null
  model: string | null
  vendorCode: string | null
  barcodes: string[]
  description: string | null
  categoryId: string
  categoryName: string
  categoryPath: string[]
  categoryNames: string[]
  shopId: string
  shopName: string
  sellerId: string
  priceMinor: string
  oldPriceMinor: string | null
  currency: string
  url: string | null
  pictures: string[]
  available: boolean
  attributes: Attribute[]
  popularity: string
  createdAt: Date
  createdMicros: string
  unitsTotal: string
  unitsByCity: Record<string, number> | null
}

type PendingRow = {
  shopProductId: string
  version: string
  changedAt: Date
  readAt: Date
  traceParent: string | null
  listedIn: Place | null
  wide: boolean
} & (Content | { id: null })

function toPending(row: PendingRow): PendingDocument {
  const document = row.id === null ? null : toDocument(row)
  return {
    shopProductId: row.shopProductId,
    version: Number(row.version),
    changedAt: row.changedAt,
    readAt: row.readAt,
    traceParent: row.traceParent,
    listedIn: row.listedIn,
    wide: row.wide,
    document,
    place: document && row.id !== null ? placeOf(document, row.createdMicros) : null,
  }
}

export const toDocument = (row: Content): ShopProductDocument =>
  withContentHash({
    id: row.id,
    externalId: row.externalId,
    name: row.name,
    brand: row.brand,
    model: row.model,
    vendorCode: row.vendorCode,
    barcodes: row.barcodes,
    description: row.description,
    category: {
      id: row.categoryId,
      name: row.categoryName,
      path: row.categoryPath,
      names: row.categoryNames,
    },
    shop: { id: row.shopId, name: row.shopName },
    sellerId: row.sellerId,
    priceMinor: Number(row.priceMinor),
    oldPriceMinor: row.oldPriceMinor === null ? null : Number(row.oldPriceMinor),
    currency: row.currency,
    url: row.url,
    pictures: row.pictures,
    available: row.available,
    attributes: row.attributes.map(({ name, value, unit }) =>
      attributePair(name, unit ? `${value} ${unit}` : value),
    ),
    cities: Object.keys(row.unitsByCity ?? {}),
    units: { total: Number(row.unitsTotal), byCity: row.unitsByCity ?? {} },
    popularity: Number(row.popularity),
    createdAt: row.createdAt.toISOString(),
  })
