import { Hono, type Context } from 'hono'
import { retryAfter, underFaults } from '../answer.ts'
import type { Fault, Operation, Struck } from '../faults.ts'
import { createTokens, isLetIn, readCredentials } from '../tokens.ts'
import { instant, type Carrier, type Env, type World } from '../world.ts'
import { openDeliveries } from './deliveries.ts'
import { deliveryToJson, ENDS, toBooking, type Delivery, type DeliveryRequest } from './delivery.ts'
import { codeOfStatus, errorOf, refuse, Refused } from './errors.ts'
import { openQuotes, type Way } from './quotes.ts'
import { openWebhooks, type Webhooks } from './webhooks.ts'

type Asked = Context<Env>
export type Uber = Carrier & { webhooks: Pick<Webhooks, 'subscribe' | 'list'> }

const MONTH_SECONDS = 2_592_000

/** Uber Direct, at `/uber`: both of its hosts, for tokens and for deliveries. */
export function createUber(world: World): Uber {
  const { clock, store } = world
  const webhooks = openWebhooks(world)
  const quotes = openQuotes(world)
  quotes.prune()
  const deliveries = openDeliveries(world, quotes, webhooks)
  const tokens = createTokens(world, { issuer: 'uber', lifeSeconds: MONTH_SECONDS })
  const routes = new Hono<Env>()

  routes.post('/oauth/v2/token', async (c) => {
    const given = readCredentials(c.req.query(), await c.req.text())
    if (given.grantType !== 'client_credentials')
      return json(
        { error: 'unsupported_grant_type', error_description: 'unsupported grant type' },
        400,
      )
    if (!isLetIn(given))
      return json({ error: 'invalid_client', error_description: 'invalid client credentials' }, 401)
    const token = tokens.issue(given.clientId, given.scope || 'eats.deliveries')
    store.flush()
    return json({
      ...{ access_token: token.access_token, token_type: 'Bearer' },
      ...{ expires_in: MONTH_SECONDS, scope: token.scope },
    })
  })

  /** `sim` is let in for `cus_sim`, any other name for `cus_` and that name. */
  function customerOf(c: Asked): string {
    const verdict = tokens.check(c.req.header('authorization'))
    if (verdict.verdict !== 'good') return refuse('unauthorized')
    const customer = c.req.param('customer') ?? ''
    return customer === `cus_${verdict.claims.account}` ? customer : refuse('customer_not_found')
  }

  /** Who asks is found out first; the rest is under faults. */
  async function answer(
    c: Asked,
    operation: Operation,
    reference: string | undefined,
    effect: (customer: string, struck: Struck) => unknown,
  ): Promise<Response> {
    try {
      const customer = customerOf(c)
      const where = { carrier: 'uber', operation, reference, fail } as const
      return await underFaults(c, world, where, (struck) => {
        try {
          return json(effect(customer, struck))
        } catch (error) {
          return refusalOf(error)
        }
      })
    } catch (error) {
      return refusalOf(error)
    }
  }

  const referenceOf = (delivery: Delivery | undefined) => delivery && toBooking(delivery).reference
  const show = (delivery: Delivery) => deliveryToJson(delivery, clock.now())
  function own(customer: string, id: string): Delivery {
    const delivery = deliveries.get(id)
    return delivery?.customer === customer ? delivery : refuse('delivery_not_found')
  }

  const base = '/v1/customers/:customer'
  routes.post(`${base}/delivery_quotes`, async (c) => {
    const way = await readJson<Way>(c)
    return answer(c, 'quote', way.external_store_id, (customer, struck) => {
      if (struck.has('couriers-busy')) refuse('couriers_busy')
      if (struck.has('reject')) refuse('address_undeliverable')
      return quotes.create(customer, way)
    })
  })

  routes.post(`${base}/deliveries`, async (c) => {
    const request = await readJson<DeliveryRequest>(c)
    const reference = request.idempotency_key ?? request.external_id ?? request.manifest_reference
    return answer(c, 'book', reference, (customer, struck) => {
      checkRequest(request)
      return show(deliveries.create(customer, request, struck))
    })
  })

  routes.get(`${base}/deliveries`, (c) =>
    answer(c, 'track', undefined, (customer) => {
      const { filter, limit = '20', Offset: offset = '0' } = c.req.query()
      const all = deliveries
        .list(customer)
        .filter(
          ({ status }) =>
            filter === undefined ||
            filter === status ||
            (filter === 'ongoing' && !ENDS.includes(status)),
        )
      const [size, from] = [Number(limit), Number(offset)]
      if (!(size > 0) || !(from >= 0)) refuse('invalid_params', { limit: 'is not valid.' })
      const next = new URLSearchParams({
        ...(filter ? { filter } : {}),
        ...{ limit: String(size), Offset: String(from + size) },
      })
      return {
        data: all.slice(from, from + size).map(show),
        next_href: from + size < all.length ? `${new URL(c.req.url).pathname}?${next}` : '',
        total_count: all.length,
      }
    }),
  )

  routes.get(`${base}/deliveries/:id`, (c) => {
    const delivery = deliveries.get(c.req.param('id'))
    const operation = delivery?.status === 'pending' ? 'confirm' : 'track'
    return answer(c, operation, referenceOf(delivery), (customer) =>
      show(own(customer, c.req.param('id'))),
    )
  })

  type Update = Pick<DeliveryRequest, 'dropoff_notes' | 'pickup_notes' | 'manifest_reference'> & {
    tip_by_customer?: number
    dropoff_latitude?: number
    dropoff_longitude?: number
  }
  routes.post(`${base}/deliveries/:id`, async (c) => {
    const {
      tip_by_customer: tip,
      dropoff_latitude: lat,
      dropoff_longitude: lon,
      ...rest
    } = await readJson<Update>(c)
    return answer(c, 'track', referenceOf(deliveries.get(c.req.param('id'))), (customer) => {
      const delivery = own(customer, c.req.param('id'))
      if (ENDS.includes(delivery.status))
        refuse('invalid_params', {
          param_details: 'The provided fields cannot be updated in the current job state.',
        })
      const { dropoff_notes, pickup_notes, manifest_reference } = rest
      Object.assign(delivery.request, defined({ dropoff_notes, pickup_notes, manifest_reference }))
      if (tip !== undefined) delivery.tip = tip
      if (lat !== undefined && lon !== undefined) Object.assign(delivery.dropoff, { lat, lon })
      deliveries.save(delivery)
      return show(delivery)
    })
  })

  routes.post(`${base}/deliveries/:id/cancel`, (c) =>
    answer(c, 'cancel', referenceOf(deliveries.get(c.req.param('id'))), (customer, struck) => {
      const delivery = own(customer, c.req.param('id'))
      deliveries.cancel(delivery, struck)
      return show(delivery)
    }),
  )

  routes.post(`${base}/deliveries/:id/proof-of-delivery`, async (c) => {
    const { waypoint, type } = await readJson<{ waypoint?: string; type?: string }>(c)
    return answer(c, 'track', referenceOf(deliveries.get(c.req.param('id'))), (customer) => {
      const delivery = own(customer, c.req.param('id'))
      if (!['pickup', 'dropoff', 'return'].includes(waypoint ?? ''))
        refuse('invalid_params', { waypoint: 'is not valid.' })
      if (!['picture', 'signature', 'pincode'].includes(type ?? ''))
        refuse('invalid_params', { type: 'is not valid.' })
      const at = waypoint === 'pickup' ? delivery.pickedUpAt : delivery.droppedAt
      if (at === undefined) return refuse('delivery_not_found')
      const proof = JSON.stringify({ delivery: delivery.id, waypoint, type, at: instant(at) })
      return { document: Buffer.from(proof).toString('base64') }
    })
  })

  routes.onError((error) => {
    if (error instanceof Refused) return refusalOf(error)
    console.error('uber', error)
    return json(errorOf('internal_server_error').body, 500)
  })

  return {
    id: 'uber',
    routes,
    bookings: () => deliveries.bookings(),
    booking(id) {
      const delivery = deliveries.get(id)
      return delivery && toBooking(delivery)
    },
    advance: (id, to) => deliveries.advance(id, to),
    forget: () => {},
    webhooks,
  }
}

/** @throws {Refused} naming every field that is wrong */
function checkRequest(request: DeliveryRequest): void {
  const wrong: Record<string, string> = {}
  for (const field of ['pickup_name', 'pickup_address', 'dropoff_name', 'dropoff_address'] as const)
    if (!request[field]) wrong[field] = 'This field is required.'
  for (const field of ['pickup_phone_number', 'dropoff_phone_number'] as const)
    if (!/^\+[0-9]+$/.test(request[field] ?? ''))
      wrong[field] = `${field.replaceAll('_', ' ').replace(' number', ' number is')} not valid.`
  if (!request.manifest_items?.length) wrong.manifest_items = 'This field is required.'
  for (const { quantity = 1 } of request.manifest_items ?? [])
    if (!Number.isInteger(quantity) || quantity < 1) wrong.manifest_items = 'quantity is not valid.'
  if (Object.keys(wrong).length > 0) refuse('invalid_params', wrong)
}

/** @throws {Refused} */
async function readJson<T>(c: Asked): Promise<T> {
  const body: unknown = await c.req.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return refuse('invalid_params', { body: 'is not a JSON object.' })
  return body as T
}

const defined = (object: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))

function refusalOf(error: unknown): Response {
  if (!(error instanceof Refused)) throw error
  const { status, body } = errorOf(error.code, error.metadata)
  return json(body, status)
}

function fail(fault: Fault): Response {
  const status = fault.status ?? 503
  return json(errorOf(codeOfStatus(status)).body, status, retryAfter(fault))
}

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  })
}
