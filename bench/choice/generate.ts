/**
 * A made-up market of deliveries. It knows nothing of how carriers are chosen: it says what each carrier would ask and what
 * would have become of every order with every one of them.
 */
export type Service = { carrier: 'cdek' | 'dpd' | 'uber'; service: string }
export type Offered = Service & {
  priceMinor: number
  /** Until when its carrier says that it is there, from the day of the order. */
  advertisedHours: number
  /** The truth, of which nobody is told: how probable it is to be on time on that day. */
  truth: number
  /** What would come of it: negative is early. */
  delayHours: number
}
export type Order = { day: number; fromCity: string; toCity: string; offers: Offered[] }

const SERVICES: readonly (Service & { priceFactor: number; hours: number })[] = [
  { carrier: 'cdek', service: 'parcel', priceFactor: 1, hours: 72 },
  { carrier: 'cdek', service: 'express', priceFactor: 1.25, hours: 48 },
  { carrier: 'dpd', service: 'classic', priceFactor: 0.98, hours: 72 },
  { carrier: 'dpd', service: 'optimum', priceFactor: 1.05, hours: 72 },
  { carrier: 'uber', service: 'courier', priceFactor: 1.03, hours: 60 },
]
const LANES = 40
const DRIFT_DAYS = 30

type Lane = { fromCity: string; toCity: string; priceMinor: number; services: LaneService[] }
type LaneService = Service & {
  priceFactor: number
  hours: number
  onTime: number
  /** From then on it is worse for a while: a strike, a new warehouse. */
  worseFrom: number
}

export function generateOrders(seed: number, days: number, perDay: number): Order[] {
  const random = randomOf(seed)
  const between = (least: number, most: number) => least + random() * (most - least)
  const quality = new Map(SERVICES.map(({ service }) => [service, between(0.72, 0.94)]))
  const lanes: Lane[] = Array.from({ length: LANES }, (_, index) => ({
    ...{
      fromCity: `from-${index % 4}`,
      toCity: `to-${index}`,
      priceMinor: between(20_000, 60_000),
    },
    services: SERVICES.map((one) => ({
      ...one,
      onTime: bounded(quality.get(one.service)! + between(-0.15, 0.12)),
      priceFactor: one.priceFactor * between(0.94, 1.06),
      worseFrom: random() < 0.3 ? between(0, days) : Infinity,
    })),
  }))

  return Array.from({ length: days * perDay }, (_, index) => {
    const day = Math.floor(index / perDay)
    const { fromCity, toCity, priceMinor, services } = lanes[Math.floor(random() * LANES)]!
    const offers = services.map(({ carrier, service, priceFactor, hours, onTime, worseFrom }) => {
      const isWorse = day >= worseFrom && day < worseFrom + DRIFT_DAYS
      const truth = isWorse ? Math.max(0.2, onTime - 0.3) : onTime
      const delayHours = random() < truth ? -between(0, 24) : 1 - Math.log(1 - random()) * 30
      return {
        ...{ carrier, service, truth, delayHours, advertisedHours: hours },
        priceMinor: Math.round(priceMinor * priceFactor),
      }
    })
    return { day, fromCity, toCity, offers }
  })
}

const bounded = (share: number) => Math.min(0.99, Math.max(0.4, share))

/** mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
