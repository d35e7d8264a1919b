import { createApi, type Import, type Page } from './demo/api.ts'
import { openDeliveryStory, type DeliveryStory } from './demo/delivery-story.ts'
import { runClientExample } from './demo/client-example.ts'
import { withRunningStack } from './demo/running-stack.ts'
import { step, summary } from './demo/story.ts'

/** The way of a feed from file to storefront, by real calls; exits 0 only if every step did what it says. */
type ShopProduct = { id: string; externalId: string; name: string; price: { amount: number } }
type Order = { id: string; number: string; workflowId: string; state: string }
type Point = { carrier: string; address: string; distanceM?: number }
type Found = Page<ShopProduct> & { total: number }

await withRunningStack(async ({ baseUrl, sellers, urls }) => {
  const api = createApi(baseUrl)
  const seller = sellers[0]!
  const search = (query: string, city: string) =>
    api.get<Found>(`/v1/search?${new URLSearchParams({ q: query, city, inStock: 'true' })}`)
  const price = 1_000 + (Date.now() % 1_000)
  const kettle = feed([
    `<offer id="demo-kettle"><name>Чайник «Самовар-экспресс» ДЕМО-42</name><price>${price}.50</price>
     <currencyId>RUR</currencyId><categoryId>2</categoryId><vendor>Тульский завод</vendor><count>7</count>
     <weight>1.2</weight><dimensions>24/18/26</dimensions></offer>`,
    `<offer id="demo-nowhere"><name>Товар без категории</name><price>10</price>
     <currencyId>RUR</currencyId><categoryId>77</categoryId></offer>`,
  ])
  let imported: Import

  await step('The storefront lists what is in stock in a city', async () => {
    const moscow = await api.get<Page<ShopProduct>>('/v1/listings?city=msk&limit=100')
    const novosibirsk = await api.get<Page<ShopProduct>>('/v1/listings?city=nsk&limit=100')
    check(moscow.items.length === 100, 'Moscow has a full page')
    check(novosibirsk.items.length > 0, 'Novosibirsk has goods')
    return `first in Moscow: ${moscow.items[0]!.name}; in Novosibirsk: ${novosibirsk.items[0]!.name}`
  })

  await step('Search knows Russian, and knows the city', async () => {
    const moscow = await search('чайники', 'msk')
    const novosibirsk = await search('чайники', 'nsk')
    check(moscow.total > novosibirsk.total, 'Moscow has more kettles than Novosibirsk')
    return `«чайники»: ${moscow.total} in Moscow, ${novosibirsk.total} in Novosibirsk`
  })

  await step('A seller uploads a feed: one good offer, one of an unknown category', async () => {
    imported = await api.upload(seller.apiKey, seller.shopId, { name: 'demo.xml', bytes: kettle })
    imported = await api.finished(seller.apiKey, imported.id)
    check(imported.state === 'completed', `the import completed, not ${imported.state}`)
    check(imported.counts.rejected === 1, 'one row was rejected')
    return `${imported.workflowId} ${counted(imported)}${urls.temporalUi ? `, see ${urls.temporalUi}` : ''}`
  })

  await step('The rejected row is explained in Russian', async () => {
    const errors = await api.get<Page<{ message: string }>>(
      `/v1/imports/${imported.id}/errors`,
      seller.apiKey,
    )
    check(errors.items.length === 1, 'one error')
    return errors.items[0]!.message
  })

  await step('The good one is found by search and stands in the listing of its shop', async () => {
    const amount = price * 100 + 50
    const found = await eventually(async () =>
      (await search('самовар экспресс', 'msk')).items.find((item) => item.price.amount === amount),
    )
    const listed = await eventually(async () =>
      (
        await api.get<Page<ShopProduct>>(
          `/v1/listings?city=msk&shop=${seller.shopId}&sort=new&limit=100`,
        )
      ).items.find((item) => item.id === found.id && item.price.amount === amount),
    )
    return `${listed.name}, ${(listed.price.amount / 100).toFixed(2)} ₽`
  })

  await step(
    'A buyer orders it: a unit leaves the stock, and comes back when the order is cancelled',
    async () => {
      const [kettle] = (await search('самовар экспресс', 'msk')).items.filter(
        (item) => item.price.amount === price * 100 + 50,
      )
      const stockIs = (units: number) =>
        eventually(async () => {
          const card = await api.get<{ stock: number }>(`/v1/shop-products/${kettle!.id}?city=msk`)
          return card.stock === units || undefined
        })
      const { stock } = await api.get<{ stock: number }>(`/v1/shop-products/${kettle!.id}?city=msk`)
      const order = await api.post<Order>(seller.apiKey, '/v1/orders', {
        lines: [{ shopProductId: kettle!.id, quantity: 1 }],
        buyer: { name: 'Анна Петрова', phone: '+7 900 123-45-67' },
        deliverTo: { city: 'msk', address: 'ул. Лесная, 5' },
      })
      await stockIs(stock - 1)
      const status = `/v1/orders/${order.id}/status`
      const { state } = await api.post<Order>(seller.apiKey, status, { state: 'cancelled' })
      check(state === 'cancelled', 'the order was cancelled')
      await stockIs(stock)
      return `${order.number} (${order.workflowId}): ${stock} → ${stock - 1} → ${stock} units`
    },
  )

  await step('The same file again writes nothing', async () => {
    const again = await api.upload(seller.apiKey, seller.shopId, {
      name: 'demo.xml',
      bytes: kettle,
    })
    const { state, counts } = await api.finished(seller.apiKey, again.id)
    check(state === 'completed' && counts.unchanged === 1, 'one row is unchanged')
    check(counts.created + counts.updated === 0, 'nothing was written')
    return '1 unchanged'
  })

  await step('A file that breaks is refused as a whole, naming the place', async () => {
    const broken = feed(['<offer id="demo-broken"><name>Не должен появиться</nam></offer>'])
    const started = await api.upload(seller.apiKey, seller.shopId, {
      name: 'broken.xml',
      bytes: broken,
    })
    const { state, problem } = await api.finished(seller.apiKey, started.id)
    check(state === 'failed' && problem?.line !== undefined, 'it failed, naming a line')
    check((await search('не должен появиться', 'msk')).total === 0, 'nothing of it is visible')
    return problem!.detail
  })

  await step('What is no feed is refused at once', async () => {
    const page = new TextEncoder().encode('<!doctype html><html><body>404</body></html>')
    const refusal = await api
      .upload(seller.apiKey, seller.shopId, { name: 'yandex.xml', bytes: page })
      .then(() => undefined, String)
    check(refusal?.includes('422'), 'an HTML page is refused')
    return '422 html-page'
  })

  let story: DeliveryStory
  let deliveryId = ''

  await step('Every carrier is asked what a parcel to Petersburg takes', async () => {
    story = await openDeliveryStory(api, seller, urls.simulator!)
    const { items, explained } = await story.quotes()
    const carriers = new Set(items.map(({ carrier }) => carrier))
    check(carriers.size > 1, `more than one carrier would take it, not ${[...carriers].join()}`)
    return explained
  })

  await step('The best one refuses the parcel: the next one takes it, and it alone', async () => {
    const [best] = (await story.quotes()).items
    const bookAgain = await story.refuseAll(best!.carrier)
    try {
      const started = await story.start()
      deliveryId = started.id
      const booked = await eventually(async () => {
        const now = await story.delivery(deliveryId)
        return now.phase === 'booked' ? now : undefined
      })
      check(booked.carrier !== best!.carrier, `${best!.carrier} did not take it`)
      const live = (await story.bookings(deliveryId)).filter(({ isLive }) => isLive)
      check(live.length === 1, `there is one live booking in the carriers' ledgers`)
      return `${best!.carrier} → ${booked.carrier} ${booked.trackingNumber} (${booked.workflowId})`
    } finally {
      await bookAgain()
    }
  })

  await step('The parcel arrives: so say the order and the buyer’s page', async () => {
    const live = (await story.bookings(deliveryId)).find(({ isLive }) => isLive)
    const until = (state: string) =>
      eventually(async () => {
        const now = await story.delivery(deliveryId)
        return now.state === state ? now : undefined
      })
    await story.move(live!.id, 'in-transit')
    await until('in-transit')
    check((await story.orderNow()).state === 'shipped', 'the order is shipped')
    await story.move(live!.id, 'delivered')
    const delivered = await until('delivered')
    check((await story.orderNow()).state === 'delivered', 'the order is delivered')
    check((await story.page(delivered)).includes('Заказ получен'), 'the page says so')
    return `${delivered.timeline.length} events, ${delivered.trackUrl}`
  })

  await step('The nearest pickup points that take a parcel', async () => {
    const near = '/v1/pickup-points?city=msk&lat=55.7558&lon=37.6173&radiusM=20000&limit=3'
    const points = await eventually(async () => {
      const { items } = await api.get<Page<Point>>(near, seller.apiKey)
      return items.length > 0 ? items : undefined
    })
    return points
      .map(({ carrier, address, distanceM }) => `${carrier}: ${address}, ${distanceM} m`)
      .join('; ')
  })

  await step('A stranger calls the API with the typed client, in ten lines', async () =>
    runClientExample(baseUrl, seller.apiKey),
  )
})
summary()

function feed(offers: string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder()
    .encode(`<?xml version="1.0" encoding="UTF-8"?><yml_catalog date="2026-11-23T12:00:00+03:00"><shop>
    <currencies><currency id="RUR" rate="1"/></currencies>
    <categories><category id="1">Бытовая техника</category><category id="2" parentId="1">Техника для кухни</category></categories>
    <offers>${offers.join('')}</offers></shop></yml_catalog>`)
}

function counted({ counts }: Import): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0)
  return some.map(([name, count]) => `${count} ${name}`).join(', ')
}

function check(holds: boolean | undefined, what: string): asserts holds {
  if (!holds) throw new Error(`It is not so that ${what}`)
}

/** Search and cache follow the catalogue within moments: asks until it is so, for half a minute. */
async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (Date.now() > deadline) throw new Error('It did not come within 30 s')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
