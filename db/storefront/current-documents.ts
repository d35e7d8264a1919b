import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { ShopProductDocument } from '../../domain/storefront/document.ts'
import type { Database } from '../database.ts'
import { isStillToBeRaised } from './fanouts.ts'
import { publishedContent, toDocument, type Content } from './documents.ts'

/** A document as PostgreSQL says that it is. */
export type CurrentDocument = {
  shopProductId: string
  /** The version of exactly this content; 0 for one that was never raised. */
  version: number
  /** Search has been given this version, and no fan-out is on its way that would raise another. */
  settled: boolean
  /** `null` when it is not published. */
  document: ShopProductDocument | null
}

/** The `limit` shop products after this id, in the order of their ids, each of one snapshot; as role `system`. */
export const readDocumentsAfter = (
  db: Kysely<Database>,
  afterId: string,
  limit: number,
): Promise<CurrentDocument[]> =>
  readDocuments(
    db,
    sql`select id from shop_product where id > ${afterId} order by id limit ${limit}`,
  )

/** One for each of these ids, whatever became of it, in the order of the ids; as role `system`. */
export const readDocumentsOf = (
  db: Kysely<Database>,
  ids: readonly string[],
): Promise<CurrentDocument[]> => readDocuments(db, sql`select unnest(${ids}::bigint[]) as id`)

async function readDocuments(
  db: Kysely<Database>,
  ids: RawBuilder<unknown>,
): Promise<CurrentDocument[]> {
  const { rows } = await sql<Row>`
    with ids as materialized (${ids}),
    spreading as materialized (select exists (select from change_fanout) as yes)
    select ids.id as shop_product_id, coalesce(c.version, 0) as version,
      coalesce(c.search_version >= c.version, true) and not (spreading.yes and ${isStillToBeRaised(sql`ids.id`)}) as settled, published.*
    from ids
    cross join spreading
    left join change c on c.shop_product_id = ids.id
    left join ${publishedContent(sql`ids.id`)} on true
    order by ids.id`.execute(db)
  return rows.map((row) => ({
    shopProductId: row.shopProductId,
    version: Number(row.version),
    settled: row.settled,
    document: row.id === null ? null : toDocument(row),
  }))
}

type Row = { shopProductId: string; version: string; settled: boolean } & (Content | { id: null })
