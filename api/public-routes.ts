/**
 * What anybody may ask for without a key, as the OpenAPI document names it; all else is refused without one. Carriers prove
 * themselves in their own ways.
 */
export const PUBLIC_ROUTES: readonly string[] = [
  '/v1/cities',
  '/v1/categories',
  '/v1/listings',
  '/v1/shop-products/{id}',
  '/v1/search',
  '/v1/suggest',
  '/pictures/{id}',
  '/feeds/{file}',
  '/track/{token}',
  '/hooks/carriers/cdek/{secret}',
  '/hooks/carriers/uber',
  '/healthz',
  '/readyz',
  '/openapi.json',
]

const PREFIXES = PUBLIC_ROUTES.map((route) => route.replace(/\{.*/, ''))
const EXACT = new Set(PREFIXES.filter((prefix) => !prefix.endsWith('/')))
const OPEN = PREFIXES.filter((prefix) => prefix.endsWith('/'))

export const isPublicRead = (method: string, path: string): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  (EXACT.has(path) || OPEN.some((prefix) => path.startsWith(prefix)))
