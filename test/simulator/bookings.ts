import type { Answer, TestSimulator } from '../support/simulator.ts'

export type CarrierBookings = Record<
  'cdek' | 'dpd' | 'uber',
  Record<'book' | 'cancel' | 'show', (reference: string) => Promise<Answer>>
>

/** The shortest way to book and to cancel with each carrier; logs in anew. */
export async function bookings(
  simulator: Pick<TestSimulator, 'call' | 'ledger'>,
): Promise<CarrierBookings> {
  const { call } = simulator
  const form = 'grant_type=client_credentials&client_id=sim&client_secret=sim'
  const token = async (path: string) => {
    const { body } = await call('POST', `${path}?${form}`)
    return { authorization: `Bearer ${(body as { access_token: string }).access_token}` }
  }
  const [cdek, uber] = [await token('/cdek/v2/oauth/token'), await token('/uber/oauth/v2/token')]
  const idOf = async (reference: string) => (await simulator.ledger(reference))[0]!.id
  const dpd = (inside: string, service = 'order2') =>
    call(
      'POST',
      `/dpd/services/${service}`,
      `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${inside}</s:Body></s:Envelope>`,
      { 'content-type': 'text/xml' },
    )
  const ns = 'xmlns:n="http://dpd.ru/ws/order2/2012-04-04"'
  const auth = '<auth><clientNumber>1001000000</clientNumber><clientKey>sim</clientKey></auth>'

  return {
    cdek: {
      book: (number) => call('POST', '/cdek/v2/orders', cdekOrder(number), cdek),
      cancel: async (number) =>
        call('DELETE', `/cdek/v2/orders/${await idOf(number)}`, undefined, cdek),
      show: (number) => call('GET', `/cdek/v2/orders?im_number=${number}`, undefined, cdek),
    },
    dpd: {
      book: (number) =>
        dpd(
          `<n:createOrder ${ns}><orders>${auth}<header><datePickup>2026-11-27</datePickup><senderAddress><name>С</name><city>Москва</city></senderAddress></header><order><orderNumberInternal>${number}</orderNumberInternal><serviceCode>PCL</serviceCode><serviceVariant>ДД</serviceVariant><cargoNumPack>1</cargoNumPack><cargoWeight>1</cargoWeight><cargoRegistered>false</cargoRegistered><cargoCategory>Посуда</cargoCategory><receiverAddress><name>И</name><city>Казань</city></receiverAddress></order></orders></n:createOrder>`,
        ),
      cancel: (number) =>
        dpd(
          `<n:cancelOrder ${ns}><orders>${auth}<cancel><orderNumberInternal>${number}</orderNumberInternal></cancel></orders></n:cancelOrder>`,
        ),
      show: (number) =>
        dpd(
          `<n:getStatesByClientOrder xmlns:n="http://dpd.ru/ws/tracing/2011-11-18"><request>${auth}<clientOrderNr>${number}</clientOrderNr></request></n:getStatesByClientOrder>`,
          'tracing',
        ),
    },
    uber: {
      book: (key) => call('POST', '/uber/v1/customers/cus_sim/deliveries', uberDelivery(key), uber),
      cancel: async (key) =>
        call(
          'POST',
          `/uber/v1/customers/cus_sim/deliveries/${await idOf(key)}/cancel`,
          undefined,
          uber,
        ),
      show: async (key) =>
        call('GET', `/uber/v1/customers/cus_sim/deliveries/${await idOf(key)}`, undefined, uber),
    },
  }
}

const cdekOrder = (number: string) => ({
  ...{
    number,
    tariff_code: 139,
    recipient: { name: 'Иван', phones: [{ number: '+79990000000' }] },
  },
  from_location: { code: 44, address: 'ул. Мира, 1' },
  to_location: { code: 424, address: 'ул. Ленина, 7' },
  packages: [
    {
      ...{ number: '1', weight: 1000 },
      items: [
        { name: 'Чай', ware_key: '1', payment: { value: 0 }, cost: 100, weight: 1000, amount: 1 },
      ],
    },
  ],
})

const uberDelivery = (key: string) => ({
  ...{
    pickup_name: 'Склад',
    pickup_address: 'Москва, Мира, 1',
    pickup_phone_number: '+74950000000',
  },
  ...{ dropoff_name: 'Иван', dropoff_address: 'Москва, Ленина, 7' },
  ...{ dropoff_phone_number: '+79990000000', idempotency_key: key },
  manifest_items: [{ name: 'Чай', quantity: 1 }],
})
