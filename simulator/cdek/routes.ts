import { Hono } from 'hono'
import { underFaults } from '../answer.ts'
import { uuidOf } from '../random.ts'
import { createTokens, isLetIn, readCredentials } from '../tokens.ts'
import type { Carrier, Env, World } from '../world.ts'
import { addCalculatorRoutes } from './calculator-routes.ts'
import { cdekInstant } from './dates.ts'
import { cdekError, Refused, type CdekError } from './errors.ts'
import { fail, json, type Answer, type CdekEnv } from './http.ts'
import { openOffices } from './offices.ts'
import { toBooking } from './order.ts'
import { addOrderRoutes } from './order-routes.ts'
import { openOrders } from './orders.ts'
import { addPlaceRoutes } from './place-routes.ts'
import { openForms } from './print.ts'
import { addPrintRoutes } from './print-routes.ts'
import { addWebhookRoutes } from './webhook-routes.ts'
import { openWebhooks } from './webhooks.ts'

/** CDEK API v2 as its OpenAPI has it, at `/cdek`. */
export function createCdek(world: World): Carrier {
  const { clock, seed } = world
  const offices = openOffices(world)
  const webhooks = openWebhooks(world)
  const orders = openOrders(world, offices, {
    onStatus: (order, status) => webhooks.tellStatus(order, status, orders.toCity(order)?.cdekCode),
    onProblem: (order, code) => webhooks.tellProblem(order, code),
    onDelay: (order) => webhooks.tellPlan(order),
  })
  const forms = openForms(world, webhooks)
  const tokens = createTokens(world, { issuer: 'cdek', lifeSeconds: 3600 })
  const routes = new Hono<CdekEnv>()

  routes.post('/v2/oauth/token', async (c) => {
    const given = readCredentials(c.req.query(), await c.req.text())
    if (given.grantType !== 'client_credentials')
      return oauthError(400, 'unsupported_grant_type', `Unsupported grant type: ${given.grantType}`)
    if (!isLetIn(given)) return oauthError(401, 'invalid_client', 'Bad client credentials')
    const token = tokens.issue(given.clientId, 'order:all payment:all')
    world.store.flush()
    return json(token)
  })

  routes.use('/v2/*', async (c, next) => {
    const verdict = tokens.check(c.req.header('authorization'))
    if (verdict.verdict === 'good') {
      c.set('account', verdict.claims.account)
      return next()
    }
    const error = {
      none: () => cdekError('unauthorized'),
      bad: () => cdekError('v2_authorization_incorrect'),
      expired: () => cdekError('v2_token_expired', cdekInstant(clock.now())),
    }[verdict.verdict]()
    return json({ requests: [failedRequest('AUTH', [error])] }, 401)
  })

  const failedRequest = (type: string, errors: CdekError[]) => ({
    ...{ request_uuid: uuidOf(seed, 'cdek-failed', clock.now(), errors[0]?.code ?? '') },
    ...{ type, date_time: cdekInstant(clock.now()), state: 'INVALID', errors },
  })

  const answer: Answer = (c, operation, reference, effect) =>
    underFaults(c, world, { carrier: 'cdek', operation, reference, fail }, (struck) => {
      try {
        return effect(struck)
      } catch (error) {
        if (error instanceof Refused) return json({ errors: error.errors }, 400)
        throw error
      }
    })

  addCalculatorRoutes(routes, answer, world)
  addOrderRoutes(routes, answer, orders)
  addPrintRoutes(routes, answer, orders, forms)
  addWebhookRoutes(routes, answer, webhooks, world)
  addPlaceRoutes(routes, answer, offices)

  routes.notFound((c) => json({ error: 'Not Found', message: `No route ${c.req.path}` }, 404))
  routes.onError((error) => {
    if (error instanceof Refused) return json({ errors: error.errors }, 400)
    console.error('cdek', error)
    return json({ errors: [cdekError('v2_internal_error')] }, 500)
  })

  return {
    id: 'cdek',
    routes: routes as unknown as Hono<Env>,
    bookings: () => orders.bookings(),
    booking(id) {
      const order = orders.get(id)
      return order && toBooking(order)
    },
    advance: (id, to) => orders.advance(id, to),
    forget: () => orders.forget(),
    setPoint(code, state) {
      const isThere = offices.set(code, state)
      if (isThere) webhooks.tellOffice(offices.find(code)!.uuid, code, state)
      return isThere
    },
  }
}

const oauthError = (status: number, error: string, description: string) =>
  json({ error, error_description: description }, status)
