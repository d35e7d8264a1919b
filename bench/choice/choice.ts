import { rank } from '../../domain/logistics/rank.ts'
import {
  decayed,
  NO_RECORD,
  reliabilityOf,
  sumOf,
  withOutcome,
  type LaneRecord,
} from '../../domain/logistics/reliability.ts'
import { DEFAULT_WEIGHTS } from '../../domain/logistics/weights.ts'
import { DAY_MS, HOUR_MS } from '../../domain/logistics/zone.ts'
import { generateOrders, randomOf, type Offered, type Order } from './generate.ts'

const DAYS = 180
/** Until then carriers are chosen at random: what a marketplace has seen before it begins to choose. */
const LEARNING_DAYS = 60
const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1)

type Choose = (order: Order) => Offered
export type Judged = { orders: number; onTime: number; costMinor: number }
export type Compared = Record<'cheapest' | 'ours' | 'oracle' | 'hindsight', Judged>

/**
 * Backtests of 10 markets: the cheapest, ours, one who knows how probable each carrier is to be on time (the oracle), and one
 * who knows what will come of it.
 */
export async function run(perDay: number): Promise<string> {
  const rows = SEEDS.map((seed) => ({ seed, ...compare(seed, perDay) }))
  const total = (name: keyof Compared): Judged =>
    rows
      .map((row) => row[name])
      .reduce((sum, one) => ({
        orders: sum.orders + one.orders,
        onTime: sum.onTime + one.onTime,
        costMinor: sum.costMinor + one.costMinor,
      }))
  const all = {
    ...{ cheapest: total('cheapest'), ours: total('ours') },
    ...{ oracle: total('oracle'), hindsight: total('hindsight') },
  }
  const line = (title: string, compared: Compared) => {
    const rate = (name: keyof Compared) => percent(compared[name].onTime / compared[name].orders)
    return `| ${[
      ...[title, rate('cheapest'), rate('ours'), rate('oracle'), rate('hindsight')],
      ...[percent(gapClosed(compared)), percent(extraCost(compared, 'ours'))],
      percent(extraCost(compared, 'oracle')),
    ].join(' | ')} |`
  }
  return [
    '| seed | cheapest first | **ours** | oracle | hindsight | gap to the oracle closed | extra cost, ours | extra cost, oracle |',
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...rows.map(({ seed, ...compared }) => line(String(seed), compared)),
    line('**all**', all),
    '',
    `Judged on ${all.ours.orders} orders after ${LEARNING_DAYS} days of random choices, of which only the chosen carrier's outcome was seen.`,
  ].join('\n')
}

export const gapClosed = ({ cheapest, ours, oracle }: Compared): number =>
  (ours.onTime - cheapest.onTime) / (oracle.onTime - cheapest.onTime)
export const extraCost = (compared: Compared, name: keyof Compared): number =>
  compared[name].costMinor / compared.cheapest.costMinor - 1

export function compare(seed: number, perDay: number): Compared {
  const orders = generateOrders(seed, DAYS, perDay)
  const [learned, judged] = [
    orders.filter(({ day }) => day < LEARNING_DAYS),
    orders.filter(({ day }) => day >= LEARNING_DAYS),
  ]
  const ours = createChooser(randomOf(seed + 1_000))
  for (const order of learned) ours.atRandom(order)
  return {
    cheapest: judge(judged, ({ offers }) => best(offers, (one) => -one.priceMinor)),
    ours: judge(judged, ours.choose),
    oracle: judge(judged, ({ offers }) => best(offers, (one) => one.truth - one.priceMinor / 1e9)),
    hindsight: judge(judged, ({ offers }) =>
      best(offers, (one) => (one.delayHours <= 0 ? 1e9 : 0) - one.priceMinor),
    ),
  }
}

function judge(orders: readonly Order[], choose: Choose): Judged {
  let [onTime, costMinor] = [0, 0]
  for (const order of orders) {
    const chosen = choose(order)
    if (chosen.delayHours <= 0) onTime++
    costMinor += chosen.priceMinor
  }
  return { orders: orders.length, onTime, costMinor }
}

/** The product's own choice, and its own memory of what came of it: an outcome is seen when the parcel is there. */
function createChooser(random: () => number) {
  const records = new Map<
    string,
    { record: LaneRecord; asOfMs: number; carrier: string; service: string }
  >()
  const underWay: { atMs: number; order: Order; chosen: Offered }[] = []
  const laneKey = ({ fromCity, toCity }: Order, { carrier, service }: Offered) =>
    [carrier, service, fromCity, toCity].join(' ')

  const see = (untilMs: number) => {
    underWay.sort((a, b) => a.atMs - b.atMs)
    while (underWay[0] && underWay[0].atMs <= untilMs) {
      const { atMs, order, chosen } = underWay.shift()!
      const key = laneKey(order, chosen)
      const known = records.get(key)
      const before = known ? decayed(known.record, atMs - known.asOfMs) : NO_RECORD
      const { delayHours, carrier, service } = chosen
      const outcome = { what: 'delivered', isOnTime: delayHours <= 0, delayHours } as const
      records.set(key, { record: withOutcome(before, outcome), asOfMs: atMs, carrier, service })
    }
  }
  const send = (order: Order, chosen: Offered): Offered => {
    const atMs = order.day * DAY_MS + (chosen.advertisedHours + chosen.delayHours) * HOUR_MS
    underWay.push({ atMs, order, chosen })
    return chosen
  }
  /** Sums over many lanes change slowly: once a day is enough. */
  const wide = new Map<string, LaneRecord>()
  let wideDay = -1
  const lookWide = (day: number) => {
    if (day === wideDay) return
    wideDay = day
    const now = [...records.values()].map(({ record, asOfMs, ...of }) => ({
      ...of,
      record: decayed(record, day * DAY_MS - asOfMs),
    }))
    wide.clear()
    for (const [name, group] of [
      ...Map.groupBy(now, ({ carrier }) => carrier),
      ...Map.groupBy(now, ({ carrier, service }) => `${carrier} ${service}`),
    ])
      wide.set(name, sumOf(group.map(({ record }) => record)))
  }

  return {
    atRandom: (order: Order) =>
      void send(order, order.offers[Math.floor(random() * order.offers.length)]!),
    choose(order: Order): Offered {
      const nowMs = order.day * DAY_MS
      see(nowMs)
      lookWide(order.day)
      const ranked = rank(
        order.offers.map((offer) => {
          const { carrier, service, priceMinor, advertisedHours } = offer
          const at = new Date(nowMs + advertisedHours * HOUR_MS).toISOString()
          const known = records.get(laneKey(order, offer))
          return {
            ...{ carrier, service, serviceName: service, mode: 'door-door', accountId: carrier },
            ...{ priceMinor, currency: 'RUB' },
            promised: {
              ...{
                earliest: at,
                latest: at,
                advertisedLatest: at,
                readyAt: at,
                shipsOn: at,
                pickupAt: at,
              },
              ...{ bufferHours: 0, version: '' },
            },
            reliability: reliabilityOf({
              carrier: wide.get(carrier) ?? NO_RECORD,
              service: wide.get(`${carrier} ${service}`) ?? NO_RECORD,
              lane: known ? decayed(known.record, nowMs - known.asOfMs) : NO_RECORD,
            }),
          }
        }),
        DEFAULT_WEIGHTS,
        nowMs,
      )
      const { carrier, service } = ranked[0]!
      return send(
        order,
        order.offers.find((offer) => offer.carrier === carrier && offer.service === service)!,
      )
    },
  }
}

const best = (offers: readonly Offered[], worth: (offer: Offered) => number): Offered =>
  offers.reduce((one, other) => (worth(other) > worth(one) ? other : one))

const percent = (share: number) => `${(share * 100).toFixed(1)} %`
