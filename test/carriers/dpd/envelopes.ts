/** What DPD's services answer, as recorded: `S:Envelope`, a qualified root, children without a namespace. */
const SPACES = {
  calculator2: 'http://dpd.ru/ws/calculator/2012-03-20',
  order2: 'http://dpd.ru/ws/order2/2012-04-04',
  geography2: 'http://dpd.ru/ws/geography/2015-05-20',
  tracing: 'http://dpd.ru/ws/tracing/2011-11-18',
  'label-print': 'http://dpd.ru/ws/label-print/2012-04-06',
}
export type Service = keyof typeof SPACES

const envelope = (body: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>${body}</S:Body></S:Envelope>`

export type Value = string | number | boolean | Value[] | { [name: string]: Value | undefined }

/** An array is the element repeated. */
function xml(name: string, value: Value | undefined): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map((one) => xml(name, one)).join('')
  const inside =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([child, one]) => xml(child, one))
          .join('')
      : String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<${name}>${inside}</${name}>`
}

export const answer = (service: Service, operation: string, returned?: Value) => ({
  headers: { 'content-type': 'text/xml;charset=utf-8' },
  body: envelope(
    `<ns2:${operation}Response xmlns:ns2="${SPACES[service]}">${xml('return', returned)}</ns2:${operation}Response>`,
  ),
})

export const fault = (code: string | undefined, message: string, name = 'WSFault') => ({
  status: 500,
  headers: { 'content-type': 'text/xml;charset=utf-8' },
  body: envelope(
    `<S:Fault xmlns:ns4="http://www.w3.org/2003/05/soap-envelope"><faultcode>S:Server</faultcode><faultstring>${message}</faultstring>${
      code
        ? `<detail><ns2:${name} xmlns:ns2="x"><code>${code}</code><message>${message}</message></ns2:${name}></detail>`
        : ''
    }</S:Fault>`,
  ),
})

export const state = (newState: string, time: string, more: { [name: string]: Value } = {}) => ({
  clientOrderNr: 'A-1001-1',
  dpdOrderNr: 'RU019202656',
  dpdParcelNr: 'P1',
  pickupDate: '2026-01-15',
  ...(more['isReturn'] === undefined ? {} : { isReturn: more['isReturn'] }),
  ...(more['planDeliveryDate'] === undefined ? {} : { planDeliveryDate: more['planDeliveryDate'] }),
  newState,
  transitionTime: time,
  terminalCode: 'M13',
  terminalCity: 'Москва',
  ...more,
})

export const states = (
  all: Value[],
  more: { [name: string]: Value } = {},
): { [name: string]: Value } => ({
  ...{ docId: 4711, docDate: '2026-01-15T12:00:00', clientNumber: 1001000000 },
  resultComplete: true,
  ...more,
  states: all,
})

export const shop = (more: { [name: string]: Value | undefined } = {}) => ({
  ...{ code: '012K', parcelShopType: 'П', state: 'Open' },
  address: {
    ...{ cityId: 49694167, countryCode: 'RU', cityName: 'Санкт-Петербург' },
    ...{ street: 'Невский', streetAbbr: 'пр-кт', houseNo: '28' },
  },
  brand: 'DPD',
  geoCoordinates: { latitude: 59.9357, longitude: 30.3259 },
  limits: {
    ...{ maxShipmentWeight: 20, maxWeight: 15.5, maxLength: 60, maxWidth: 35, maxHeight: 18 },
    dimensionSum: 113,
  },
  schedule: [
    {
      operation: 'SelfDelivery',
      timetable: [
        { weekDays: 'Пн,Вт', workTime: '10:00 - 21:00' },
        { weekDays: 'Сб', workTime: 'круглосуточно' },
        { weekDays: 'Вс', workTime: 'выходной' },
      ],
    },
    { operation: 'PaymentByBankCard', timetable: { weekDays: 'Пн', workTime: '10:00 - 21:00' } },
  ],
  ...more,
})
