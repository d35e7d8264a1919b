/** What a seller has, by which its objects are found and by which strangers try to. */
export type Possessions = {
  shopId: string
  importId: string
  feedId: string
  publicationId: string
  sourceId: string
  keyId: string
  shopProductId: string
  orderId: string
  returnId: string
  endpointId: string
  messageId: string
  deliveryId: string
  warehouseId: string
}

/**
 * What a stranger with every scope meets at a route: nothing of the owner's in a list, or 404 for what is named.
 * `marketplace`: no seller's key opens it.
 */
export type Row = {
  stranger: 'sees-nothing' | 'not-found' | 'marketplace'
  /** Where the path names something, with the names filled in. */
  path?: (of: Possessions) => string
  body?: (of: Possessions) => object
}

const marketplace: Row = { stranger: 'marketplace' }
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
const ofOrder = (rest: string, body?: Row['body']) =>
  named(({ orderId }) => `/v1/orders/${orderId}${rest}`, body)
const ofReturn = (rest: string, body?: Row['body']) =>
  named(({ returnId }) => `/v1/returns/${returnId}${rest}`, body)
const ofEndpoint = (rest: string, body?: Row['body']) =>
  named(({ endpointId }) => `/v1/webhook-endpoints/${endpointId}${rest}`, body)
const ofMessage = (rest: string) =>
  named(({ messageId }) => `/v1/webhook-messages/${messageId}${rest}`)
const inShop = (fields: object) => named(undefined, ({ shopId }) => ({ shopId, ...fields }))
const sourceUrl = 'https://shop.example/catalogue.yml'
const url = 'https://shop.example/hooks'
export const wantedOrder = ({ shopProductId }: Pick<Possessions, 'shopProductId'>) => ({
  lines: [{ shopProductId, quantity: 1 }],
  buyer: { name: 'Анна Петрова', phone: '+7 900 123-45-67' },
  deliverTo: { city: 'msk', address: 'ул. Лесная, 5' },
})

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
  'POST /v1/orders': named(undefined, wantedOrder),
  'GET /v1/orders': list,
  'GET /v1/orders/{id}': ofOrder(''),
  'GET /v1/orders/{id}/history': ofOrder('/history'),
  'POST /v1/orders/{id}/status': ofOrder('/status', () => ({ state: 'delivered' })),
  'POST /v1/orders/{id}/returns': ofOrder('/returns', () => ({ reason: 'defective' })),
  'GET /v1/returns': list,
  'GET /v1/returns/{id}': ofReturn(''),
  'POST /v1/returns/{id}/status': ofReturn('/status', () => ({ state: 'approved' })),
  'POST /v1/checkouts': { ...marketplace, body: wantedOrder },
  'GET /v1/checkouts/{id}': marketplace,
  'GET /v1/webhook-event-types': list,
  'POST /v1/webhook-endpoints': { ...list, body: () => ({ url }) },
  'GET /v1/webhook-endpoints': list,
  'GET /v1/webhook-endpoints/{id}': ofEndpoint(''),
  'PATCH /v1/webhook-endpoints/{id}': ofEndpoint('', () => ({ state: 'paused' })),
  'DELETE /v1/webhook-endpoints/{id}': ofEndpoint(''),
  'POST /v1/webhook-endpoints/{id}/rotate-secret': ofEndpoint('/rotate-secret'),
  'POST /v1/webhook-endpoints/{id}/test': ofEndpoint('/test'),
  'POST /v1/webhook-endpoints/{id}/resend': ofEndpoint('/resend', () => ({
    since: new Date(Date.now() - 3_600_000).toISOString(),
  })),
  'GET /v1/webhook-messages': list,
  'GET /v1/webhook-messages/{id}': ofMessage(''),
  'GET /v1/webhook-messages/{id}/attempts': ofMessage('/attempts'),
  'POST /v1/webhook-messages/{id}/resend': ofMessage('/resend'),
  'GET /v1/pickup-points': list,
  'POST /v1/orders/{id}/delivery': named(
    ({ orderId }) => `/v1/orders/${orderId}/delivery`,
    () => ({}),
  ),
  'POST /v1/delivery-quotes': named(undefined, ({ orderId }) => ({ orderId })),
  'POST /v1/deliveries/{id}/cancel': named(
    ({ deliveryId }) => `/v1/deliveries/${deliveryId}/cancel`,
  ),
  'PUT /v1/deliveries/{id}/pickup-point': named(
    ({ deliveryId }) => `/v1/deliveries/${deliveryId}/pickup-point`,
    () => ({ carrier: 'cdek', code: 'MSK1', kind: 'pvz' }),
  ),
  'GET /v1/deliveries': list,
  'GET /v1/deliveries/{id}': named(({ deliveryId }) => `/v1/deliveries/${deliveryId}`),
  'GET /v1/deliveries/{id}/choices': named(
    ({ deliveryId }) => `/v1/deliveries/${deliveryId}/choices`,
  ),
  'GET /v1/deliveries/{id}/label': named(({ deliveryId }) => `/v1/deliveries/${deliveryId}/label`),
  'POST /v1/api-keys': {
    ...list,
    body: () => ({ name: 'mine', scopes: ['imports:read'] }),
  },
  'GET /v1/api-keys': list,
  'DELETE /v1/api-keys/{id}': named(({ keyId }) => `/v1/api-keys/${keyId}`),
  'GET /v1/admin/audit': marketplace,
  'GET /v1/admin/searches': marketplace,
  'GET /v1/admin/synonyms': marketplace,
  'POST /v1/admin/synonyms': marketplace,
  'GET /v1/admin/synonyms/{id}': marketplace,
  'PUT /v1/admin/synonyms/{id}': marketplace,
  'DELETE /v1/admin/synonyms/{id}': marketplace,
  'POST /v1/admin/reindexes': marketplace,
  'GET /v1/admin/reindexes': marketplace,
  'GET /v1/admin/reindexes/{id}': marketplace,
  'POST /v1/admin/reindexes/{id}/pause': marketplace,
  'POST /v1/admin/reindexes/{id}/resume': marketplace,
  'POST /v1/admin/reindexes/{id}/rollback': marketplace,
  'POST /v1/admin/reindexes/{id}/cancel': marketplace,
  'GET /v1/admin/drift': marketplace,
  'POST /v1/admin/drift': marketplace,
  'GET /v1/admin/cache': marketplace,
  'POST /v1/admin/cache/warm-ups': marketplace,
  'GET /v1/admin/cache/warm-ups/current': marketplace,
  'GET /v1/admin/poison': marketplace,
  'POST /v1/admin/poison/{id}/retry': marketplace,
  'GET /v1/admin/pickup-points': marketplace,
  'POST /v1/admin/pickup-points/{carrier}/sync': {
    ...marketplace,
    path: () => '/v1/admin/pickup-points/cdek/sync',
  },
  'GET /v1/admin/tasks': marketplace,
  'POST /v1/admin/tasks/{id}/resolve': marketplace,
  'GET /v1/carrier-accounts/{carrier}': named(() => '/v1/carrier-accounts/cdek'),
  'PUT /v1/carrier-accounts/{carrier}': {
    ...list,
    path: () => '/v1/carrier-accounts/cdek',
    body: () => ({ clientId: 'a', clientSecret: 'b' }),
  },
  'GET /v1/delivery-costs': list,
  'GET /v1/admin/delivery-costs': marketplace,
  'PUT /v1/admin/delivery-costs/{id}/claim': {
    ...marketplace,
    path: ({ deliveryId }) => `/v1/admin/delivery-costs/${deliveryId}/claim`,
    body: () => ({ paid: 1 }),
  },
  'GET /v1/delivery-choice': named(() => '/v1/delivery-choice'),
  'PUT /v1/delivery-choice': { ...list, body: () => ({ weights: { price: 2 } }) },
  'GET /v1/admin/delivery-choice': marketplace,
  'PUT /v1/admin/delivery-choice': marketplace,
  'GET /v1/admin/carrier-accounts/{carrier}': marketplace,
  'PUT /v1/admin/carrier-accounts/{carrier}': {
    ...marketplace,
    path: () => '/v1/admin/carrier-accounts/cdek',
    body: () => ({ clientId: 'a', clientSecret: 'b' }),
  },
  'GET /v1/delivery-cities': list,
  'PUT /v1/delivery-cities': { ...list, body: () => ({ cities: ['spb'] }) },
  'GET /v1/warehouses': list,
  'GET /v1/warehouses/{id}/dispatch': named(
    ({ warehouseId }) => `/v1/warehouses/${warehouseId}/dispatch`,
  ),
  'PUT /v1/warehouses/{id}/dispatch': named(
    ({ warehouseId }) => `/v1/warehouses/${warehouseId}/dispatch`,
    () => ({ address: 'ул. Чужая, 1', contact: { name: 'Чужой', phone: '+79990000000' } }),
  ),
  'GET /v1/sla-policies/{tariff}': named(() => '/v1/sla-policies/all'),
  'PUT /v1/sla-policies/{tariff}': {
    ...list,
    path: () => '/v1/sla-policies/all',
    body: () => ({ handOverHours: 24 }),
  },
}
