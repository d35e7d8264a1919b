import type { Kysely } from 'kysely'
import type { Logger } from '../clients/logger.ts'
import type { Database } from '../db/database.ts'
import { auditLog } from './admin/audit-log.ts'
import { cache, type CacheDeps } from './admin/cache.ts'
import { marketplaceAccounts } from './admin/carrier-accounts.ts'
import { allCosts } from './admin/delivery-costs.ts'
import { carrierClaims } from './admin/carrier-claims.ts'
import { marketplaceChoice } from './admin/delivery-choice.ts'
import { searches } from './admin/searches.ts'
import { drift } from './admin/drift.ts'
import { reindexes, type ReindexesDeps } from './admin/reindexes.ts'
import { pointLists, type PointListsDeps } from './admin/point-lists.ts'
import { poison } from './admin/poison.ts'
import { synonyms } from './admin/synonyms.ts'
import { tasks } from './admin/tasks.ts'
import { apiKeys, type ApiKeysDeps } from './api-keys.ts'
import { authentication } from './auth.ts'
import { categoryMappings } from './category-mappings.ts'
import { checkouts } from './checkouts/routes.ts'
import { cors } from './cors.ts'
import { choices } from './deliveries/choices.ts'
import { deliveries, type DeliveriesDeps } from './deliveries/routes.ts'
import { docs } from './docs.ts'
import { answerFailures, refuseOtherMethods } from './failures.ts'
import { publishedFeeds, type PublishedFeedsDeps } from './feeds/published.ts'
import { feeds, type FeedsDeps } from './feeds/routes.ts'
import { health, type HealthDeps } from './health.ts'
import { carrierHooks, type CarrierHooksDeps } from './hooks/carriers.ts'
import { decisions } from './imports/decisions.ts'
import { importEvents } from './imports/events.ts'
import { importSources } from './import-sources/routes.ts'
import { imports, type ImportsDeps } from './imports/routes.ts'
import { jsonBodies } from './json-bodies.ts'
import { pickupPoints, type PickupPointsDeps } from './logistics/pickup-points.ts'
import { limitAddresses, type LimitAddressesOptions } from './limit-addresses.ts'
import { limits } from './limits.ts'
import { carrierAccounts, type CarrierAccountsDeps } from './logistics/carrier-accounts.ts'
import { deliveryCities } from './logistics/delivery-cities.ts'
import { deliveryCosts } from './logistics/delivery-costs.ts'
import { deliveryChoice } from './logistics/delivery-choice.ts'
import { deliveryQuotes, type DeliveryQuotesDeps } from './logistics/delivery-quotes.ts'
import { oneDelivery, type OneDeliveryDeps } from './logistics/one-delivery.ts'
import { orderDelivery } from './logistics/order-delivery.ts'
import { slaPolicies } from './logistics/sla-policies.ts'
import { warehouses } from './logistics/warehouses.ts'
import { createRouter } from './openapi.ts'
import { orders } from './orders/routes.ts'
import { pictures, type PicturesDeps } from './pictures.ts'
import type { RatePolicies } from './rate-limits.ts'
import { refuseUnguarded } from './refuse-unguarded.ts'
import { requestIds } from './request-id.ts'
import { returns } from './returns/routes.ts'
import { requestLog } from './request-log.ts'
import { secureHeaders } from './secure-headers.ts'
import { storefrontRoutes, type StorefrontDeps } from './storefront/routes.ts'
import { traceRequests } from './trace.ts'
import { track, type TrackDeps } from './track/routes.ts'
import { webhookEndpoints, type WebhookEndpointsDeps } from './webhooks/endpoints.ts'
import { webhookEventTypes } from './webhooks/event-types.ts'
import { webhookMessages } from './webhooks/messages.ts'

export type ApiDeps = HealthDeps &
  StorefrontDeps &
  PicturesDeps &
  Omit<ImportsDeps, 'requires'> &
  Omit<FeedsDeps, 'requires'> &
  PublishedFeedsDeps &
  Omit<ReindexesDeps, 'requires'> &
  Omit<CacheDeps, 'requires'> &
  Omit<PickupPointsDeps, 'requires'> &
  Omit<DeliveriesDeps, 'requires'> &
  Omit<PointListsDeps, 'requires'> &
  CarrierHooksDeps &
  TrackDeps &
  Omit<WebhookEndpointsDeps, 'requires'> &
  Omit<OneDeliveryDeps, 'requires'> &
  Omit<DeliveryQuotesDeps, 'requires'> &
  Omit<CarrierAccountsDeps, 'requires'> &
  Omit<ApiKeysDeps, 'requires'> & {
    /** Connected as the role `seller`: sees rows inside `asSeller` only. */
    seller: Kysely<Database>
    /** Connected as the role `system`, for the operators' routes alone. */
    system: Kysely<Database>
    log: Pick<Logger, 'error' | 'warn' | 'info'>
    /** How much one may ask; without it as much as one likes. */
    rates?: Omit<LimitAddressesOptions, 'policies'> & { policies: RatePolicies }
    /** Whose pages may call with a key; nobody's unless given. */
    corsOrigins?: readonly string[]
  }

export type Api = ReturnType<typeof createApp>

/** Everything that is served, in the order in which a request meets it. */
export function createApp(deps: ApiDeps) {
  const app = createRouter()
  const requires = authentication(deps.storefront, deps.rates)
  answerFailures(app, deps.log)

  app.use(requestIds(), secureHeaders())
  // Probes come every second: they are neither traced nor counted.
  app.route('/', health(deps))
  app.use(traceRequests(), requestLog(deps.log), cors({ allowedOrigins: deps.corsOrigins ?? [] }))
  app.use(refuseOtherMethods(app))
  // A carrier that was refused for its haste would stop telling us.
  app.route('/hooks/carriers', carrierHooks(deps))
  if (deps.rates) app.use(limitAddresses(deps.rates))
  app.use(...limits(), jsonBodies())

  const served = app
    .route('/', docs(app))
    .route('/v1', storefrontRoutes(deps))
    .route('/v1/imports', imports({ ...deps, requires }))
    .route('/v1/imports', decisions({ ...deps, requires }))
    .route('/v1/imports', importEvents({ ...deps, requires }))
    .route('/v1/category-mappings', categoryMappings({ ...deps, requires }))
    .route('/v1/import-sources', importSources({ ...deps, requires }))
    .route('/pictures', pictures(deps))
    .route('/v1/webhook-endpoints', webhookEndpoints({ ...deps, requires }))
    .route('/v1/webhook-messages', webhookMessages({ ...deps, requires }))
    .route('/v1/webhook-event-types', webhookEventTypes({ requires }))
    .route('/v1/feeds', feeds({ ...deps, requires }))
    .route('/feeds', publishedFeeds(deps))
    .route('/v1/orders', orders({ ...deps, requires }))
    .route('/v1/orders', orderDelivery({ ...deps, requires }))
    .route('/v1/deliveries', oneDelivery({ ...deps, requires }))
    .route('/v1/delivery-quotes', deliveryQuotes({ ...deps, requires }))
    .route('/v1/carrier-accounts', carrierAccounts({ ...deps, requires }))
    .route('/v1/sla-policies', slaPolicies({ ...deps, requires }))
    .route('/v1/delivery-costs', deliveryCosts({ ...deps, requires }))
    .route('/v1/delivery-choice', deliveryChoice({ ...deps, requires }))
    .route('/v1/delivery-cities', deliveryCities({ ...deps, requires }))
    .route('/v1/warehouses', warehouses({ ...deps, requires }))
    .route('/v1/returns', returns({ ...deps, requires }))
    .route('/v1/checkouts', checkouts({ ...deps, requires }))
    .route('/v1/admin/audit', auditLog({ ...deps, requires }))
    .route('/v1/deliveries', deliveries({ ...deps, requires }))
    .route('/v1/deliveries', choices({ ...deps, requires }))
    .route('/track', track(deps))
    .route('/v1/pickup-points', pickupPoints({ ...deps, requires }))
    .route('/v1/admin/searches', searches({ ...deps, requires }))
    .route('/v1/admin/synonyms', synonyms({ ...deps, requires }))
    .route('/v1/admin/reindexes', reindexes({ ...deps, requires }))
    .route('/v1/admin/drift', drift({ ...deps, requires }))
    .route('/v1/admin/cache', cache({ ...deps, requires }))
    .route('/v1/api-keys', apiKeys({ ...deps, requires }))
    .route('/v1/admin/pickup-points', pointLists({ ...deps, requires }))
    .route('/v1/admin/tasks', tasks({ ...deps, requires }))
    .route('/v1/admin/carrier-accounts', marketplaceAccounts({ ...deps, requires }))
    .route('/v1/admin/delivery-costs', allCosts({ ...deps, requires }))
    .route('/v1/admin/delivery-costs', carrierClaims({ ...deps, requires }))
    .route('/v1/admin/delivery-choice', marketplaceChoice({ ...deps, requires }))
    .route('/v1/admin/poison', poison({ ...deps, requires }))
  refuseUnguarded(served)
  return served
}
