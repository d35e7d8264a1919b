import { moscowTime, type World } from '../world.ts'
import { noData, type Answer, type Handle } from './handlers.ts'
import type { Order, ParcelState } from './order.ts'
import type { Orders } from './orders.ts'
import type { Entry, Queue, QueueName } from './queue.ts'

const eventNames: Record<string, string> = {
  NewOrderByClient: 'Заказ оформлен клиентом',
  NewOrderByDPD: 'Заказ оформлен DPD',
  NotDone: 'Заказ отменён',
  OnTerminalPickup: 'Посылка на терминале приёма',
  OnRoad: 'Посылка в пути',
  OnTerminal: 'Посылка на транзитном терминале',
  OnTerminalDelivery: 'Посылка на терминале доставки',
  Delivering: 'Посылка выдана курьеру',
  Delivered: 'Посылка доставлена',
  ReturnedFromDelivery: 'Посылка возвращена с доставки',
  Problem: 'Проблема с доставкой',
  Lost: 'Посылка утеряна',
}

/** tracing and event-tracking. */
export function addTrackingServices(
  handle: Handle,
  orders: Orders,
  queue: Queue,
  { clock }: World,
): void {
  const documentOf = (docId: number, client: number, isComplete: boolean) => ({
    ...{
      docId,
      docDate: moscowTime(clock.now()),
      clientNumber: client,
      resultComplete: isComplete,
    },
  })
  const stateJson = (order: Order, parcel: string, state: ParcelState) => {
    const { from, to } = orders.termsOf(order)
    const isFar = [
      'OnTerminalDelivery',
      'Delivering',
      'Delivered',
      'ReturnedFromDelivery',
      'Lost',
    ].includes(state.code)
    const city = isFar ? to : from
    return {
      clientOrderNr: order.request.orderNumberInternal,
      clientParcelNr: order.request.parcel[order.parcels.indexOf(parcel)]?.number,
      ...{ dpdOrderNr: order.orderNum, dpdParcelNr: parcel, pickupDate: order.header.datePickup },
      ...(state.isReturn ? { isReturn: true } : {}),
      ...(order.plannedAt ? { planDeliveryDate: moscowTime(order.plannedAt).slice(0, 10) } : {}),
      ...{ newState: state.code, transitionTime: moscowTime(state.at) },
      terminalCode: `${String(city?.regionCode ?? 77).padStart(3, '0')}T1`,
      terminalCity: city?.name ?? 'Москва',
      ...(state.incident
        ? { incidentCode: state.incident, incidentName: 'Инцидент при доставке' }
        : {}),
      ...(state.code === 'Delivered' ? { consignee: 'Получатель' } : {}),
    }
  }
  const entryJson = ({ orderNum, parcel, state }: Entry) =>
    stateJson(orders.get(orderNum)!, parcel, state)

  handle('track', ['tracing getStatesByClient'], (_request, client) => {
    const { docId, entries, isComplete } = queue.fetch('tracing', client)
    return { return: { ...documentOf(docId, client, isComplete), states: entries.map(entryJson) } }
  })
  const confirming =
    (name: QueueName) =>
    ({ request }: { request: { docId: number } }, client: number) => {
      if (!queue.confirm(name, client, request.docId)) throw noData()
      return { return: 'OK' }
    }
  handle('track', ['tracing confirm'], confirming('tracing'))
  handle('track', ['event-tracking confirm'], confirming('events'))

  const logOf = (order: Order | undefined, client: number, only?: string): Answer => {
    if (!order || order.client !== client || order.states.length === 0) throw noData()
    const parcels = order.parcels.filter(
      (_, at) => only === undefined || order.request.parcel[at]?.number === only,
    )
    const states = parcels.flatMap((parcel) =>
      order.states.map((state) => stateJson(order, parcel, state)),
    )
    return { return: { ...documentOf(0, client, true), states } }
  }
  handle<{ request: { clientOrderNr: string } }>(
    'track',
    ['tracing getStatesByClientOrder'],
    ({ request }, client) => logOf(orders.find(client, request.clientOrderNr), client),
    ({ request }) => request.clientOrderNr,
  )
  handle<{ request: { clientParcelNr: string } }>(
    'track',
    ['tracing getStatesByClientParcel'],
    ({ request }, client) =>
      logOf(orders.findByParcel(client, request.clientParcelNr), client, request.clientParcelNr),
  )
  handle<{ request: { dpdOrderNr: string } }>(
    'track',
    ['tracing getStatesByDPDOrder'],
    ({ request }, client) => logOf(orders.get(request.dpdOrderNr), client),
    ({ request }) => orders.get(request.dpdOrderNr)?.request.orderNumberInternal,
  )
  handle<{ request?: { maxRowCount?: number } }>(
    'track',
    ['event-tracking getEvents'],
    ({ request }, client) => {
      const { docId, entries, isComplete } = queue.fetch(
        'events',
        client,
        request?.maxRowCount ?? 100,
      )
      const event = entries.map(({ id, orderNum, parcel, state }) => {
        const { clientOrderNr, clientParcelNr } = stateJson(orders.get(orderNum)!, parcel, state)
        return {
          ...{
            clientOrderNr,
            clientParcelNr,
            dpdOrderNr: orderNum,
            dpdParcelNr: parcel,
            eventNumber: id,
          },
          ...{ eventCode: state.code, eventName: eventNames[state.code] ?? state.code },
          ...(state.incident
            ? { reasonCode: state.incident, reasonName: 'Инцидент при доставке' }
            : {}),
          ...{ eventDate: moscowTime(state.at), parameter: [] },
        }
      })
      return { return: { ...documentOf(docId, client, isComplete), event } }
    },
  )
  type LinkRequest = {
    trackingOrder: { order?: { orderNumberDPD?: string; orderNumberInternal?: string } }
  }
  handle<LinkRequest>(
    'track',
    ['event-tracking getTrakingOrderLink'],
    ({ trackingOrder: { order } }, client) => {
      const found = order?.orderNumberDPD
        ? orders.get(order.orderNumberDPD)
        : orders.find(client, order?.orderNumberInternal ?? '')
      if (found?.client !== client) return { return: { status: 'no-data-found' } }
      return { return: { link: `https://tracking.dpd.example/${found.orderNum}`, status: 'ok' } }
    },
  )
}
