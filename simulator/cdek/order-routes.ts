import type { Operation } from '../faults.ts'
import { refuse } from './errors.ts'
import { json, readJson, type Answer, type Asked, type Routes } from './http.ts'
import { isSettled, lastTask, type Order, type OrderRequest } from './order.ts'
import type { Orders } from './orders.ts'
import { acceptedJson, orderToJson } from './view.ts'

/** Orders: to book, to look at, to delete, to refuse. */
export function addOrderRoutes(routes: Routes, answer: Answer, orders: Orders): void {
  routes.post('/v2/orders', async (c) => {
    const body = await readJson<OrderRequest>(c)
    return answer(c, 'book', body.number, (struck) =>
      json(acceptedJson(orders.create(c.get('account'), body, struck), 'CREATE'), 202),
    )
  })

  /** @throws {Refused} */
  function ownOrder(c: Asked, uuid: string): Order {
    if (!isUuid(uuid)) refuse('v2_invalid_format', uuid, 'uuid')
    const order = orders.get(uuid)
    if (!order) return refuse('v2_entity_not_found', uuid)
    return order.account === c.get('account') ? order : refuse('v2_entity_forbidden', uuid)
  }

  const show = (order: Order) =>
    json(orderToJson(order, orders.fromCity(order), orders.toCity(order)))
  const readingOf = (order: Order | undefined): Operation =>
    order && isSettled(order) ? 'track' : 'confirm'

  routes.get('/v2/orders', (c) => {
    const { im_number: number, cdek_number: cdekNumber } = c.req.query()
    const account = c.get('account')
    const order = cdekNumber
      ? orders.byCdekNumber(cdekNumber)
      : number
        ? orders.byNumber(account, number)
        : undefined
    return answer(c, readingOf(order), order?.request.number ?? number, () => {
      if (!cdekNumber && !number) refuse('v2_parameters_empty')
      if (order?.account === account) return show(order)
      return cdekNumber
        ? refuse('v2_order_not_found', cdekNumber)
        : refuse('v2_entity_not_found_im_number', number!)
    })
  })

  routes.get('/v2/orders/:uuid', (c) => {
    const uuid = c.req.param('uuid')
    const order = orders.get(uuid)
    return answer(c, readingOf(order), order?.request.number, () => show(ownOrder(c, uuid)))
  })

  routes.delete('/v2/orders/:uuid', (c) => {
    const uuid = c.req.param('uuid')
    return answer(c, 'cancel', orders.get(uuid)?.request.number, (struck) => {
      const order = ownOrder(c, uuid)
      if (lastTask(order, 'CREATE')?.state === 'INVALID') refuse('v2_entity_invalid', uuid)
      if (lastTask(order, 'DELETE')?.state === 'ACCEPTED')
        refuse('v2_similar_request_still_processed', uuid)
      orders.requestDeletion(order, struck)
      return json(acceptedJson(order, 'DELETE'), 202)
    })
  })

  routes.post('/v2/orders/:uuid/refusal', (c) => {
    const uuid = c.req.param('uuid')
    return answer(c, 'cancel', orders.get(uuid)?.request.number, (struck) => {
      const order = ownOrder(c, uuid)
      if (!isSettled(order)) refuse('v2_entity_not_ready')
      if (lastTask(order, 'CREATE')?.state === 'INVALID') refuse('v2_entity_invalid', uuid)
      if (lastTask(order, 'REFUSAL')?.state === 'ACCEPTED')
        refuse('v2_similar_request_still_processed', uuid)
      orders.requestRefusal(order, struck)
      return json(acceptedJson(order, 'REFUSAL'), 202)
    })
  })
}

const isUuid = (text: string) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)
