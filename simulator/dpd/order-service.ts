import { pdfOf } from '../pdf.ts'
import { missing, noData, type Handle } from './handlers.ts'
import type { Header, OrderRequest } from './order.ts'
import type { Orders } from './orders.ts'

/** order2 and label-print. */
export function addOrderService(handle: Handle, orders: Orders): void {
  type Created = { orders: { header?: Header; order: OrderRequest[] } }
  handle<Created>(
    'book',
    ['order2 createOrder', 'order2 createOrder2'],
    ({ orders: { header, order } }, client, struck) => {
      if (!header?.datePickup || !header.senderAddress) throw missing('header')
      if (order.length === 0) throw missing('order')
      for (const one of order) checkFields(one)
      return { return: order.map((one) => orders.create(client, header, one, struck)) }
    },
    ({ orders: { order } }) => order[0]?.orderNumberInternal,
  )
  type Cancelled = { orders: { cancel: { orderNumberInternal?: string; orderNum?: string }[] } }
  handle<Cancelled>(
    'cancel',
    ['order2 cancelOrder'],
    ({ orders: { cancel } }, client, struck) => ({
      return: cancel.map((one) => orders.cancel(client, one, struck)),
    }),
    ({
      orders: {
        cancel: [one],
      },
    }) => one?.orderNumberInternal ?? orders.get(one?.orderNum ?? '')?.request.orderNumberInternal,
  )
  type AskedStatus = { orderStatus: { order: { orderNumberInternal: string }[] } }
  handle<AskedStatus>(
    'confirm',
    ['order2 getOrderStatus'],
    ({ orderStatus }, client) => ({
      return: orderStatus.order.map(({ orderNumberInternal }) => {
        const order = orders.find(client, orderNumberInternal)
        return order ? orders.answerOf(order) : { orderNumberInternal, status: 'NotFound' }
      }),
    }),
    ({ orderStatus }) => orderStatus.order[0]?.orderNumberInternal,
  )
  const labelOf = (title: string, numbers: string[]) =>
    pdfOf([`DPD ${title}`, ...numbers]).toString('base64')
  handle<{ request: { orderNum: string } }>(
    'track',
    ['order2 getInvoiceFile'],
    ({ request }, client) => {
      const order = orders.get(request.orderNum)
      if (order?.client !== client || order.status !== 'OK') throw noData()
      return { return: { file: labelOf('INVOICE', [order.orderNum]) } }
    },
  )
  type Labels = { getLabelFile: { order: { orderNum: string; parcelsNumber: number }[] } }
  handle<Labels>('track', ['label-print createLabelFile'], ({ getLabelFile }, client) => {
    const asked = getLabelFile.order.map(({ orderNum }) => ({
      orderNum,
      order: orders.get(orderNum),
    }))
    const good = asked.flatMap(({ order }) =>
      order?.client === client && order.status === 'OK' ? [order.orderNum] : [],
    )
    return {
      return: {
        ...(good.length > 0 ? { file: labelOf('LABEL', good) } : {}),
        order: asked.map(({ orderNum }) => ({
          orderNum,
          status: good.includes(orderNum) ? 'OK' : 'NotFound',
        })),
      },
    }
  })
}

function checkFields(order: OrderRequest): void {
  for (const field of [
    'orderNumberInternal',
    'serviceCode',
    'serviceVariant',
    'receiverAddress',
  ] as const)
    if (!order[field]) throw missing(field)
  for (const field of ['cargoNumPack', 'cargoWeight'] as const)
    if (order[field] === undefined) throw missing(field)
}
