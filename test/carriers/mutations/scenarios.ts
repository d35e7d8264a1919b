import type { CarrierId } from '../../../contracts/logistics.ts'
import type { Call, Carrier } from '../../../clients/carriers/carrier.ts'
import * as cdek from '../cdek/documents.ts'
import * as dpd from '../dpd/envelopes.ts'
import { booking, bookRequest, cdekQuote, dpdQuote, quoteRequest, uberQuote } from '../samples.ts'
import type { Reply } from '../scripted.ts'
import * as uber from '../uber/documents.ts'

export type Scenario = {
  name: string
  method: string
  path: RegExp
  reply: Reply
  /** What is answered at other paths. */
  others?: [string, RegExp, Reply][]
  run(carrier: Carrier, call: Call): Promise<unknown>
  /** How things are at the carrier: nothing that is alive may be told to be refused or absent. */
  truth?: 'booked' | 'pending' | 'dead'
}

const cdekKnown = { ...booking, carrierId: cdek.uuid }
const dpdKnown = { ...booking, carrierId: 'RU019202656' }
const uberKnown = { ...booking, carrierId: uber.id }

const collect = async (carrier: Carrier, call: Call) => {
  const found = []
  for await (const page of carrier.points!({ countryCode: 'RU' }, call)) found.push(...page)
  return found
}
const quoting: Scenario['run'] = (carrier, call) => carrier.quote(quoteRequest, call)

const cdekBook: Scenario['run'] = (carrier, call) => carrier.book(bookRequest(cdekQuote), call)
const cdekConfirm: Scenario['run'] = (carrier, call) => carrier.confirm(cdekKnown, call)
const refused = cdek.refused({ code: 'v2_recipient_location_not_recognized' })
const failed = cdek.order({
  statuses: [{ code: 'INVALID' }],
  requests: [{ state: 'INVALID', errors: [{ code: 've_package_weight_too_large' }] }],
})

const dpdOrder = (operation: string, more: Record<string, string>) =>
  dpd.answer('order2', operation, { orderNumberInternal: 'A-1001-1', ...more })
const ok = { status: 'OK', orderNum: 'RU019202656' }
const dpdBook: Scenario['run'] = (carrier, call) => carrier.book(bookRequest(dpdQuote), call)
const dpdFind: Scenario['run'] = (carrier, call) => carrier.find(booking, call)

const uberBook: Scenario['run'] = (carrier, call) => carrier.book(bookRequest(uberQuote), call)
const uberFind: Scenario['run'] = (carrier, call) => carrier.find(booking, call)
const delivered = uber.delivery({ status: 'delivered', manifest: { reference: 'A-1001-1' } })
const current = uber.delivery({ manifest: { reference: 'A-1001-1' } })

const at = (method: string, path: RegExp, reply: Reply) => ({ method, path, reply })

/** Valid replies and what reads them. */
export const scenarios: Record<CarrierId, Scenario[]> = {
  cdek: [
    { name: 'token', ...at('POST', /token/, { body: cdek.token }), run: cdekBook },
    { name: 'quote', ...at('POST', /tarifflist/, { body: cdek.tariffs }), run: quoting },
    {
      ...{ name: 'book', truth: 'pending', run: cdekBook },
      ...at('POST', /orders$/, { status: 202, body: cdek.registered({ state: 'ACCEPTED' }) }),
    },
    {
      ...{ name: 'book refused', truth: 'dead', run: cdekBook },
      ...at('POST', /orders$/, { status: 400, body: refused }),
    },
    {
      ...{ name: 'confirm', truth: 'booked', run: cdekConfirm },
      ...at('GET', /orders/, { body: cdek.order() }),
    },
    {
      ...{ name: 'find', truth: 'booked', run: (carrier, call) => carrier.find(booking, call) },
      ...at('GET', /orders/, { body: cdek.order() }),
    },
    {
      ...{ name: 'confirm early', truth: 'pending', run: cdekConfirm },
      ...at('GET', /orders/, { body: cdek.order({ requests: [{ state: 'ACCEPTED' }] }) }),
    },
    {
      ...{ name: 'confirm failed', truth: 'dead', run: cdekConfirm },
      ...at('GET', /orders/, { body: failed }),
    },
    {
      ...{ name: 'cancel', run: (carrier, call) => carrier.cancel(cdekKnown, call) },
      ...at('DELETE', /orders/, {
        ...{ status: 202, body: cdek.registered({ type: 'DELETE', state: 'ACCEPTED' }) },
      }),
      others: [['GET', /orders/, { body: cdek.order() }]],
    },
    {
      ...{ name: 'track', run: (carrier, call) => carrier.track(cdekKnown, call) },
      ...at('GET', /orders/, {
        body: cdek.order({
          entity: {
            delivery_problem: [{ code: '37', create_date: '2026-01-19T12:00:00+0000' }],
            planned_delivery_date: '2026-01-19',
            keep_free_until: '2026-01-27T21:00:00+0000',
          },
          statuses: [{ code: 'CREATED' }, { code: 'NOT_DELIVERED', reason_code: '23' }],
        }),
      }),
    },
    {
      ...{ name: 'points', run: collect },
      ...at('GET', /deliverypoints/, { body: [cdek.office(), cdek.locker] }),
    },
    {
      ...{ name: 'label', run: (carrier, call) => carrier.label!(cdekKnown, call) },
      ...at('GET', /print.*form$/, { body: cdek.form('ACCEPTED', 'READY') }),
      others: [
        ['GET', /orders\//, { body: cdek.order({ related: [{ type: 'waybill', uuid: 'form' }] }) }],
        ['GET', /print.*form$/, { body: cdek.form('ACCEPTED', 'READY') }],
        ['GET', /pdf$/, { body: '%PDF-1.4' }],
        ['POST', /print/, { status: 400, body: cdek.refused({ code: 'v2_entity_not_ready' }) }],
      ],
    },
  ],
  dpd: [
    {
      ...{ name: 'quote', run: quoting },
      ...at('POST', /calculator2/, {
        ...dpd.answer('calculator2', 'getServiceCostByParcels2', [
          { serviceCode: 'PCL', serviceName: 'DPD OPTIMUM', cost: 480.5, days: 3 },
          { serviceCode: 'NDY', serviceName: 'DPD EXPRESS', cost: 980, days: 1 },
        ]),
      }),
    },
    {
      ...{ name: 'book', truth: 'booked', run: dpdBook },
      ...at('POST', /order2/, dpdOrder('createOrder2', ok)),
    },
    {
      ...{ name: 'book pending', truth: 'pending', run: dpdBook },
      ...at('POST', /order2/, dpdOrder('createOrder2', { status: 'OrderPending' })),
    },
    {
      ...{ name: 'book refused', truth: 'dead', run: dpdBook },
      ...at('POST', /order2/, dpdOrder('createOrder2', { status: 'OrderError' })),
    },
    {
      ...{ name: 'book fault', truth: 'dead', run: dpdBook },
      ...at('POST', /order2/, dpd.fault('error-value', 'Недопустимое значение поля')),
    },
    {
      ...{ name: 'find', truth: 'booked', run: dpdFind },
      ...at('POST', /order2/, dpdOrder('getOrderStatus', ok)),
    },
    {
      ...{ name: 'cancel', run: (carrier, call) => carrier.cancel(dpdKnown, call) },
      ...at('POST', /order2/, dpdOrder('cancelOrder', { status: 'Canceled' })),
    },
    {
      ...{ name: 'track', run: (carrier, call) => carrier.track(dpdKnown, call) },
      ...at(
        ...(['POST', /tracing/] as const),
        dpd.answer(
          'tracing',
          'getStatesByDPDOrder',
          dpd.states([
            dpd.state('NewOrderByClient', '2026-01-15T12:00:00', {
              planDeliveryDate: '2026-01-19',
            }),
            dpd.state('Problem', '2026-01-16T12:00:00', { incidentCode: '8' }),
          ]),
        ),
      ),
    },
    {
      ...{ name: 'queue', run: (carrier, call) => carrier.queue!.next(call) },
      ...at(
        ...(['POST', /tracing/] as const),
        dpd.answer(
          'tracing',
          'getStatesByClient',
          dpd.states([dpd.state('OnRoad', '2026-01-15T12:00:00')]),
        ),
      ),
    },
    {
      ...{ name: 'points', run: collect },
      ...at(
        ...(['POST', /geography2/] as const),
        dpd.answer('geography2', 'getParcelShops', { parcelShop: [dpd.shop(), dpd.shop()] }),
      ),
    },
    {
      ...{ name: 'label', run: (carrier, call) => carrier.label!(dpdKnown, call) },
      ...at(
        ...(['POST', /label-print/] as const),
        dpd.answer('label-print', 'createLabelFile', { file: 'JVBERi0xLjQ=' }),
      ),
    },
  ],
  uber: [
    { name: 'token', ...at('POST', /token/, { body: uber.token }), run: uberBook },
    { name: 'quote', ...at('POST', /quotes$/, { body: uber.quote }), run: quoting },
    {
      ...{ name: 'book', truth: 'booked', run: uberBook },
      ...at('POST', /deliveries$/, { body: current }),
    },
    {
      ...{ name: 'book refused', truth: 'dead', run: uberBook },
      ...at('POST', /deliveries$/, { status: 400, body: uber.error('invalid_params') }),
    },
    {
      ...{ name: 'book twice', truth: 'pending', run: uberBook },
      ...at('POST', /deliveries$/, {
        ...{ status: 409, body: uber.error('duplicate_delivery', { delivery_id: uber.id }) },
      }),
    },
    {
      ...{ name: 'confirm', truth: 'booked' },
      run: (carrier, call) => carrier.confirm(uberKnown, call),
      ...at('GET', /deliveries\//, { body: current }),
    },
    {
      ...{ name: 'find', truth: 'booked', run: uberFind },
      ...at('GET', /deliveries$/, { body: { data: [current], total_count: -1 } }),
    },
    {
      ...{ name: 'cancel', run: (carrier, call) => carrier.cancel(uberKnown, call) },
      ...at('POST', /cancel$/, { body: uber.delivery({ status: 'canceled' }) }),
    },
    {
      ...{ name: 'track', run: (carrier, call) => carrier.track(uberKnown, call) },
      ...at('GET', /deliveries\//, { body: delivered }),
    },
  ],
}

/** Who was asked for by `confirm`. */
export const identities: Record<CarrierId, string> = {
  ...{ cdek: cdek.uuid, dpd: 'RU019202656', uber: uber.id },
}
export const tokens: Partial<Record<CarrierId, object>> = { cdek: cdek.token, uber: uber.token }
