const UUID = '0199f0a2-7c1e-4c7e-9d0a-3b7f2f6f5d11'
const URL = 'https://shop.example/catalogue.yml'

/**
 * What a field is shown as in the OpenAPI document unless its schema says: by `Component.field`, then by `field`. A text field that
 * is neither here nor has an example of its own fails a test.
 */
export const FIELD_EXAMPLES: Readonly<Record<string, unknown>> = {
  // Who and what
  id: '1042',
  'ApiKey.id': '0Lu34xkVu2BFt',
  'Import.id': UUID,
  'ImportSource.id': UUID,
  'Feed.id': UUID,
  'FeedPublication.id': UUID,
  'Reindex.id': UUID,
  'DriftCycle.id': UUID,
  'City.id': 'msk',
  parentId: null,
  parent: 'Техника для кухни',
  sellerId: '7',
  shopId: '3',
  feedId: UUID,
  sourceId: UUID,
  lastImportId: UUID,
  publicationId: UUID,
  categoryId: '12',
  categoryIds: '12',
  shopProductId: '1042',
  externalId: 'kettle-42',
  workflowId: `import:${UUID}`,
  scheduleId: `import-source:${UUID}`,
  key: 'mk_live_0Lu34xkVu2BFt_…',
  number: 3,
  cursor: 'WyIxMDQyIl0',
  nextCursor: null,
  name: 'Чайник «Самовар-экспресс»',
  'ApiKey.name': 'ERP',
  'NewApiKey.name': 'ERP',
  'Feed.name': 'Яндекс Маркет',
  'NewFeed.name': 'Яндекс Маркет',
  'FeedPatch.name': 'Яндекс Маркет',
  'City.name': 'Москва',
  'City.nameEn': 'Moscow',
  'City.timeZone': 'Europe/Moscow',
  'Category.name': 'Чайники',
  scopes: 'imports:read',

  // Goods
  brand: 'Тульский завод',
  model: 'ДЕМО-42',
  vendorCode: 'TZ-42',
  barcodes: '4600000000428',
  description: 'Электрический чайник, 1,7 л',
  picture: '/pictures/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  pictures: '/pictures/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  url: 'https://shop.example/kettle-42',
  urls: 'https://api.example/feeds/3q2-7w.xml',
  amount: 129_900,
  unit: 'л',
  weightGrams: 1_150,
  length: 240,
  width: 180,
  height: 260,
  stock: 7,

  // Search
  q: 'чайник',
  query: 'чайник',
  text: 'чайник электрический',
  correctedQuery: 'чайник',
  shop: 'samovar',
  city: 'msk',
  category: '12',
  priceFrom: 100_000,
  priceTo: 500_000,
  value: '1,7',
  count: 12,
  total: 12,

  // Imports
  file: '<?xml version="1.0" encoding="UTF-8"?><yml_catalog>…</yml_catalog>',
  fileName: 'catalogue.yml',
  sourceUrl: URL,
  format: 'yml',
  mode: 'upsert',
  encoding: 'utf-8',
  delimiter: ';',
  mapping: '{"columns":{"Артикул":"externalId","Цена":"price"}}',
  'columns.*': 'price',
  headers: 'Цена',
  samples: '1299,00',
  path: 'Бытовая техника > Чайники',
  field: 'price',
  code: 'not-a-number',
  message: 'Цена «договорная» — не число.',
  row: 2,
  line: 14,
  intervalMinutes: 60,
  dailyAt: '04:30',
  everyMinutes: 60,
  company: 'ООО «Самовар»',
  title: 'Самовар',
  region: 'Московская область',
  service: 'Курьер',
  sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',

  // Operations
  index: 'shop-products-2026.11.26-1',
  kind: 'listing',
  reason: 'document_parsing_exception',
  rollbackMinutes: 1440,
  status: 200,
  detail: 'Строка 14: тег name не закрыт.',
  pid: 4242,
  'idempotency-key': 'order-2026-11-26-0001',
}

/** Of what is not JSON. */
export const CONTENT_EXAMPLES: Readonly<Record<string, string>> = {
  'text/csv':
    'row,line,externalId,field,code,message,value\r\n2,14,kettle-42,price,not-a-number,"Цена «договорная» — не число.",договорная\r\n',
  'text/event-stream': `event: import\ndata: {"id":"${UUID}","state":"running"}\n\n`,
  'application/xml':
    '<?xml version="1.0" encoding="UTF-8"?><yml_catalog date="2026-11-26T12:00:00+03:00">…</yml_catalog>',
  'text/tab-separated-values': 'id\ttitle\tprice\nkettle-42\tЧайник\t1299.00 RUB\n',
}

/** What stands for `{id}` below a path; elsewhere it is a number. */
export const PATH_EXAMPLES: readonly (readonly [prefix: string, id: string])[] = [
  ['/v1/imports/', UUID],
  ['/v1/import-sources/', UUID],
  ['/v1/feeds/', UUID],
  ['/v1/admin/reindexes/', UUID],
  ['/v1/api-keys/', '0Lu34xkVu2BFt'],
  ['/pictures/', '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'],
  ['/feeds/', '3q2-7w.xml'],
]
