import { sql, type Kysely } from 'kysely'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { ObjectStore } from '../clients/object-store.ts'
import type { Database } from '../db/database.ts'
import type { Attribute } from '../db/catalog/tables.ts'

type Row = {
  externalId: string
  name: string
  brand: string | null
  vendorCode: string | null
  categoryId: string
  description: string | null
  attributes: Attribute[]
  barcodes: string[]
  pictures: string[]
  weightGrams: number | null
  lengthMm: number | null
  widthMm: number | null
  heightMm: number | null
  priceMinor: number
  oldPriceMinor: number | null
  currency: string
  url: string | null
  available: boolean
  units: number | null
}

const escape = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')

const element = (name: string, text: string | null) =>
  text === null ? '' : `<${name}>${escape(text)}</${name}>\n`

/**
 * The peer: what a script would do. One query for everything, one string of all offers, compressed in one go, both stored.
 * It limits, filters and checks nothing.
 */
export async function writePlainFeed(
  db: Kysely<Database>,
  objectStore: Pick<ObjectStore, 'put'>,
  shopId: string,
): Promise<void> {
  const { rows } = await sql<Row>`
    select sp.id as shop_product_id, sp.external_id, p.offer_type, p.group_id, p.name, p.brand, p.model,
      p.vendor_code, p.category_id, p.description, p.attributes, p.barcodes, p.pictures, p.weight_grams,
      p.length_mm, p.width_mm, p.height_mm, sp.price_minor::float8, sp.old_price_minor::float8, sp.currency, sp.url, sp.available,
      (select sum(st.units)::float8 from stock st where st.shop_product_id = sp.id) as units
    from shop_product sp join product p on p.id = sp.product_id
    where sp.shop_id = ${shopId} and sp.active order by sp.external_id`.execute(db)
  let text = '<?xml version="1.0" encoding="UTF-8"?>\n<yml_catalog><shop><offers>\n'
  for (const row of rows) text += offer(row)
  text += '</offers></shop></yml_catalog>\n'
  const bytes = Buffer.from(text)
  const compressed = await promisify(gzip)(bytes)
  await objectStore.put('bench/plain.xml', Readable.from([bytes]))
  await objectStore.put('bench/plain.xml.gz', Readable.from([compressed]))
}

const price = (minor: number | null) => (minor === null ? null : (minor / 100).toFixed(2))

const offer = (row: Row) =>
  `<offer id="${escape(row.externalId)}" available="${row.available}">\n` +
  element('url', row.url) +
  element('price', price(row.priceMinor)) +
  element('oldprice', price(row.oldPriceMinor)) +
  element('currencyId', row.currency) +
  element('categoryId', row.categoryId) +
  row.pictures.map((picture) => element('picture', picture)).join('') +
  element('name', row.name) +
  element('vendor', row.brand) +
  element('vendorCode', row.vendorCode) +
  `<description><![CDATA[${row.description ?? ''}]]></description>\n` +
  row.barcodes.map((barcode) => element('barcode', barcode)).join('') +
  row.attributes
    .map(
      ({ name, value, unit }) =>
        `<param name="${escape(name)}"${unit ? ` unit="${escape(unit)}"` : ''}>${escape(value)}</param>\n`,
    )
    .join('') +
  element('weight', String((row.weightGrams ?? 0) / 1000)) +
  element(
    'dimensions',
    [row.lengthMm, row.widthMm, row.heightMm].map((mm) => (mm ?? 0) / 10).join('/'),
  ) +
  element('count', String(row.units)) +
  '</offer>\n'
