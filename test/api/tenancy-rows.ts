/** What a seller has, by which its objects are found and by which strangers try to. */
export type Possessions = {
  shopId: string
  importId: string
  feedId: string
  publicationId: string
  sourceId: string
  keyId: string
}

/**
 * What a stranger with every scope meets at a route: nothing of the owner's in a list, or 404 for what is named. `admin`: no
 * seller's key opens it.
 */
export type Row = {
  stranger: 'sees-nothing' | 'not-found' | 'admin'
  /** Where the path names something, with the names filled in. */
  path?: (of: Possessions) => string
  body?: (of: Possessions) => object
}

const admin: Row = { stranger: 'admin' }
const list: Row = { stranger: 'sees-nothing' }
const named = (path: Row['path'], body?: Row['body']): Row => ({
  stranger: 'not-found',
  ...(path && { path }),
  ...(body && { body }),
})
const ofImport = (rest: string, body?: Row['body']) =>
  named(({ importId }) => `/v1/imports/${importId}${rest}`, body)
const ofFeed = (rest: string, body?: Row['body']) =>
  named(({ feedId }) => `/v1/feeds/${feedId}${rest}`, body)
const ofSource = (rest: string, body?: Row['body']) =>
  named(({ sourceId }) => `/v1/import-sources/${sourceId}${rest}`, body)
const inShop = (fields: object) => named(undefined, ({ shopId }) => ({ shopId, ...fields }))
const sourceUrl = 'https://shop.example/catalogue.yml'

/** Every route that wants a key. A route without a row fails the test. */
export const rows: Record<string, Row> = {
  'POST /v1/imports': inShop({ sourceUrl }),
  'GET /v1/imports': list,
  'GET /v1/imports/{id}': ofImport(''),
  'GET /v1/imports/{id}/errors': ofImport('/errors'),
  'GET /v1/imports/{id}/events': ofImport('/events'),
  'GET /v1/imports/{id}/diff': ofImport('/diff'),
  'POST /v1/imports/{id}/cancel': ofImport('/cancel'),
  'POST /v1/imports/{id}/apply': ofImport('/apply'),
  'PUT /v1/imports/{id}/mapping': ofImport('/mapping', () => ({ columns: { a: 'externalId' } })),
  'GET /v1/category-mappings': {
    ...list,
    path: ({ shopId }) => `/v1/category-mappings?shopId=${shopId}`,
  },
  'PUT /v1/category-mappings': inShop({ path: 'Чайники', categoryId: '1' }),
  'DELETE /v1/category-mappings': {
    ...list,
    path: ({ shopId }) => `/v1/category-mappings?shopId=${shopId}&path=x`,
  },
  'POST /v1/import-sources': inShop({ sourceUrl, intervalMinutes: 60 }),
  'GET /v1/import-sources': list,
  'GET /v1/import-sources/{id}': ofSource(''),
  'PATCH /v1/import-sources/{id}': ofSource('', () => ({ state: 'paused' })),
  'POST /v1/import-sources/{id}/run': ofSource('/run'),
  'DELETE /v1/import-sources/{id}': ofSource(''),
  'POST /v1/feeds': inShop({ kind: 'yandex-market' }),
  'GET /v1/feeds': list,
  'GET /v1/feeds/{id}': ofFeed(''),
  'PATCH /v1/feeds/{id}': ofFeed('', () => ({ name: 'stolen' })),
  'POST /v1/feeds/{id}/publish': ofFeed('/publish'),
  'GET /v1/feeds/{id}/publications': ofFeed('/publications'),
  'GET /v1/feeds/{id}/publications/{publicationId}': named(
    ({ feedId, publicationId }) => `/v1/feeds/${feedId}/publications/${publicationId}`,
  ),
  'GET /v1/feeds/{id}/left-out': ofFeed('/left-out'),
  'DELETE /v1/feeds/{id}': ofFeed(''),
  'POST /v1/api-keys': {
    ...list,
    body: () => ({ name: 'mine', scopes: ['imports:read'] }),
  },
  'GET /v1/api-keys': list,
  'DELETE /v1/api-keys/{id}': named(({ keyId }) => `/v1/api-keys/${keyId}`),
  'GET /v1/admin/searches': admin,
  'POST /v1/admin/reindexes': admin,
  'GET /v1/admin/reindexes': admin,
  'GET /v1/admin/reindexes/{id}': admin,
  'POST /v1/admin/reindexes/{id}/pause': admin,
  'POST /v1/admin/reindexes/{id}/resume': admin,
  'POST /v1/admin/reindexes/{id}/rollback': admin,
  'POST /v1/admin/reindexes/{id}/cancel': admin,
  'GET /v1/admin/drift': admin,
  'POST /v1/admin/drift': admin,
  'GET /v1/admin/cache': admin,
  'POST /v1/admin/cache/warm-ups': admin,
  'GET /v1/admin/cache/warm-ups/current': admin,
  'GET /v1/admin/poison': admin,
  'POST /v1/admin/poison/{id}/retry': admin,
}
