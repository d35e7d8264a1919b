import { Hono, type Context } from 'hono'
import { retryAfter, underFaults } from '../answer.ts'
import type { Fault } from '../faults.ts'
import type { Carrier, Env, World } from '../world.ts'
import { addCalculatorService } from './calculator-service.ts'
import { addGeographyService } from './geography-service.ts'
import { handleInto, type Answer, type Handlers } from './handlers.ts'
import { toBooking } from './order.ts'
import { addOrderService } from './order-service.ts'
import { openOrders } from './orders.ts'
import { openParcelShops } from './points.ts'
import { openQueue } from './queue.ts'
import { SERVICES } from './services.ts'
import { readCall, SoapFault, writeAnswer, writeFault } from './soap.ts'
import { addTrackingServices } from './tracking-services.ts'
import { wsdlOf, xsdOf, type ServiceDescription } from './wsdl.ts'

/** DPD Russia's SOAP services, at `/dpd/services`; any client number with the key `sim` is let in. */
export function createDpd(world: World): Carrier {
  const shops = openParcelShops(world)
  const queue = openQueue(world)
  const orders = openOrders(world, shops, queue)
  const handlers: Handlers = new Map()
  const handle = handleInto(handlers)
  addOrderService(handle, orders)
  addCalculatorService(handle)
  addTrackingServices(handle, orders, queue, world)
  addGeographyService(handle, shops)

  const routes = new Hono<Env>()
  for (const service of SERVICES) {
    const path = `/services/${service.path}`
    routes.get(path, (c) => {
      const url = new URL(c.req.url)
      const address = `${url.origin}${url.pathname}`
      if (url.searchParams.has('wsdl')) return xml(wsdlOf(service, address))
      if (url.searchParams.has('xsd')) return xml(xsdOf(service))
      return c.text('SOAP service; its description is at ?wsdl', 405)
    })
    routes.post(path, async (c) => answerCall(c, service, await c.req.text()))
  }
  routes.onError((error) => {
    console.error('dpd', error)
    return new Response('Internal Server Error', { status: 500 })
  })

  async function answerCall(
    c: Context<Env>,
    service: ServiceDescription,
    message: string,
  ): Promise<Response> {
    let name = ''
    try {
      const { operation, request } = readCall(service, message)
      name = operation
      const handler = handlers.get(`${service.path} ${operation}`)!
      const client = authorise(request)
      const reference = handler.reference?.(request as never)
      const where = { carrier: 'dpd', operation: handler.operation, reference, fail } as const
      return await underFaults(c, world, where, (struck) => {
        try {
          return xml(
            writeAnswer(service, operation, handler.answer(request as never, client, struck)),
          )
        } catch (error) {
          return faultOf(service, name, error)
        }
      })
    } catch (error) {
      return faultOf(service, name, error)
    }
  }

  return {
    id: 'dpd',
    routes,
    bookings: () => orders.bookings(),
    booking(id) {
      const order = orders.get(id)
      return order && toBooking(order)
    },
    advance: (id, to) => orders.advance(id, to),
    forget: () => orders.forget(),
    setPoint: (code, state) => shops.set(code, state),
  }
}

type Auth = { clientNumber?: number; clientKey?: string }
/** The credentials are in the body of every request: in its one part, or beside nothing. */
function authorise(request: Answer): number {
  const [part] = Object.values(request) as ({ auth?: Auth } & Auth)[]
  const auth = part?.auth ?? part
  if (auth?.clientNumber === undefined || auth.clientKey !== 'sim')
    throw new SoapFault('auth-error', 'Ошибка авторизации: неверный клиентский номер или ключ')
  return auth.clientNumber
}

function faultOf(service: ServiceDescription, operation: string, error: unknown): Response {
  if (error instanceof SoapFault) return xml(writeFault(service, operation, error), 500)
  throw error
}

/** Of the balancer in front of the services: not SOAP. */
const fail = (fault: Fault) =>
  new Response('<html><body><h1>Service Unavailable</h1></body></html>', {
    status: fault.status ?? 503,
    headers: { 'content-type': 'text/html', ...retryAfter(fault) },
  })

const xml = (body: string, status = 200) =>
  new Response(body, { status, headers: { 'content-type': 'text/xml;charset=utf-8' } })
