import { flood, numbered } from '../yml/bytes.ts'
import type { HostileTable, ReadRows, RefusedTable } from './cases.ts'
import { HEADER, row } from './table.ts'

const big = (
  name: string,
  bytes: HostileTable['bytes'],
  expected: RefusedTable | ReadRows,
): HostileTable => ({ name, isBig: true, bytes, expected })

const good = HEADER + row()
const SHOPIFY = 'Handle,Title,Variant Price,Variant SKU,Image Src\n'
const BITRIX = 'IE_XML_ID;IE_NAME;CV_PRICE_1;IC_GROUP0;IP_PROP1\n'
const WOOCOMMERCE = 'ID,Type,SKU,Name,Regular price,Categories,Parent,Description\n'

/** A little multiplied: whatever is without end meets a bound first. */
export function tableFloods(): HostileTable[] {
  return [
    big('a million blank lines', () => flood(good, '\r\n', 2, row({ id: '2' })), {
      ...{ rows: 2, errors: [] },
    }),
    big('a million empty rows', () => flood(good, ';;;\n', 4, row({ id: '2' })), {
      ...{ rows: 2, errors: [] },
    }),
    big('100 MB without a line end', () => flood(good, 'щ', 100), {
      ...{ code: 'limit-exceeded', limit: 'record', line: 3, rows: 1 },
    }),
    big('100 MB of quotes', () => flood(good, '"', 100), {
      ...{ code: 'malformed-csv', defect: 'unclosed-quote', line: 3, rows: 1 },
    }),
    big('100 MB of delimiters', () => flood(good, ';', 100), {
      ...{ code: 'limit-exceeded', limit: 'columns', line: 3, rows: 1 },
    }),
    big(
      'a million rows of one section each',
      () => flood('Код;Название;Цена\n', 'Раздел;;\n', 16),
      {
        ...{ rows: 0, errors: [] },
      },
    ),
    big(
      'more categories than any catalogue has',
      () => numbered(HEADER, (id) => row({ id: `${id}`, category: `К${id}` }), 60_000, ''),
      { code: 'limit-exceeded', limit: 'categories', rows: 50_000 },
    ),
    big(
      'paths as deep and as long as they may be',
      () =>
        numbered(
          HEADER,
          (id) => row({ id: `${id}`, category: `${`${'я'.repeat(150)} > `.repeat(11)}${id}` }),
          10_000,
          '',
        ),
      { rows: 10_000, errors: [], categories: 10_011 },
    ),
    big(
      'a product of Shopify that never ends',
      () => numbered(SHOPIFY, (id) => `one,Shirt,100,sku-${id},\n`, 100_000, ''),
      { rows: 100_000, errors: ['category-defaulted'] },
    ),
    big(
      'pictures of one product without end',
      () =>
        numbered(
          `${SHOPIFY}one,Shirt,100,sku,\n`,
          (id) => `one,,,,https://a.example/${'b'.repeat(900)}${id}\n`,
          50_000,
          '',
        ),
      // After so many rows a product is another, which has neither name nor price.
      {
        rows: 1,
        errors: ['category-defaulted', 'pictures-too-many', 'name-missing', 'price-missing'],
      },
    ),
    big(
      'values of one element of Bitrix without end',
      () => numbered(BITRIX, (id) => `one;Стул;100;Мебель;${'я'.repeat(500)}${id}\n`, 50_000, ''),
      { rows: 0, errors: ['row-too-large'] },
    ),
    big(
      'parents without end, each of many words',
      () =>
        numbered(
          WOOCOMMERCE,
          (id) => `${id},variable,p-${id},Good ${id},,Goods,,${'word '.repeat(1_000)}\n`,
          10_000,
          '7,simple,s,Good,5,Goods,,\n',
        ),
      { rows: 1, errors: [] },
    ),
    big(
      'rows that complain as much as they may',
      () =>
        numbered(
          'id;name;price;category;picture\n',
          (id) => `${id};а;1;К;${'http ы,'.repeat(200)}\n`,
          5_000,
          '',
        ),
      { rows: 5_000, errors: ['picture-invalid'] },
    ),
    big(
      'rows as large as they may be',
      () =>
        numbered(
          'id;name;price;category;description;Параметр: а;Параметр: б\n',
          (id) => `${id};а;1;К;${`${'щ'.repeat(60_000)};`.repeat(3)}\n`.replace(';\n', '\n'),
          100,
          '',
        ),
      { rows: 100, errors: ['attribute-shortened', 'description-long'] },
    ),
  ]
}
