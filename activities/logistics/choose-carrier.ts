import { cancellationSignal } from '@temporalio/activity'
import { CarrierError, type CarrierQuote } from '../../clients/carriers/carrier.ts'
import type { CarrierId, GivenUpFor } from '../../contracts/logistics.ts'
import type { Quotable } from '../../db/logistics/consignment.ts'
import { listRecords } from '../../db/logistics/lane-stats.ts'
import { findCalendars, findChoicePolicy, type Calendars } from '../../db/logistics/rules.ts'
import { leftOutBy } from '../../domain/logistics/hard-limits.ts'
import { destinationOf, pickupAtMs, promiseOf, readyAtMs } from '../../domain/logistics/promise.ts'
import {
  rank,
  type Candidate,
  type LeftOut,
  type RankedCandidate,
} from '../../domain/logistics/rank.ts'
import { reliabilityAmong, type ServiceRecord } from '../../domain/logistics/reliability.ts'
import type { Weights } from '../../domain/logistics/weights.ts'
import { HOUR_MS, MINUTE_MS } from '../../domain/logistics/zone.ts'
import type { Contract, Contracts } from './contracts-with-carriers.ts'
import type { LogisticsDeps } from './deps.ts'
import { quoteRequestOf } from './requests.ts'

export type GivenUp = {
  carrier: CarrierId
  service: string
  givenUpFor: GivenUpFor | null
  pointCode: string | null
}

type Quoted = { contract: Contract; quotes: CarrierQuote[] }

/** Asks every carrier of a seller, leaves out what cannot be, and ranks the rest. */
export const createChoice = (deps: LogisticsDeps, contracts: Contracts) => {
  const { system } = deps

  /** All carriers at once; one that does not answer in time is left out, with why. */
  async function quoteAll(consignment: Quotable, among: readonly Contract[], calendars: Calendars) {
    const call = { signal: cancellationSignal(), timeoutMs: deps.callTimeoutMs }
    const leftOut: LeftOut[] = []
    const answers = await Promise.all(
      among.map(async (contract): Promise<Quoted> => {
        const { carrier } = contract
        try {
          if (await carrier.isResting?.('book')) {
            leftOut.push({ carrier: carrier.id, why: 'breaker-open' })
            return { contract, quotes: [] }
          }
          const fetchedAt = fetchedBy(carrier.id, consignment, calendars)
          const answer = await carrier.quote(quoteRequestOf(consignment, fetchedAt), call)
          if (answer.outcome === 'quoted') return { contract, quotes: answer.quotes }
          leftOut.push({ carrier: carrier.id, why: 'refused', code: answer.reason.code })
        } catch (error) {
          if (!(error instanceof CarrierError))
            deps.log.warn(
              { err: error, carrier: carrier.id },
              'a carrier was not asked for a price',
            )
          const code = error instanceof CarrierError ? error.kind : 'unavailable'
          leftOut.push({ carrier: carrier.id, why: 'no-answer', code })
        }
        return { contract, quotes: [] }
      }),
    )
    return { answers, leftOut }
  }

  return {
    /** @param givenUp what has failed this shipment before: it comes last, and what refused it not at all */
    async choose(found: Quotable, givenUp: readonly GivenUp[] = []): Promise<Choice> {
      const calendars = await findCalendars(system, 'RU')
      const consignment = madeReady(found, calendars, Date.now())
      const { shipment, from, to } = consignment
      const lane = { fromCity: from.cityId, toCity: to.id }
      const among = await contracts.listFor(shipment.sellerId)
      const [{ answers, leftOut }, policy, records] = await Promise.all([
        quoteAll(consignment, among, calendars),
        findChoicePolicy(system, shipment.sellerId),
        listRecords(system, lane),
      ])
      const limits = {
        parcels: shipment.parcels,
        currency: shipment.currency,
        ...(consignment.units !== undefined && { units: consignment.units }),
        ...(shipment.pointCarrier !== null &&
          shipment.pointKind !== null && {
            point: { carrier: shipment.pointCarrier, kind: shipment.pointKind },
          }),
        ...(policy.carriers && { carriers: policy.carriers }),
        ...(policy.maxPriceMinor !== undefined && { maxPriceMinor: policy.maxPriceMinor }),
      }
      const candidates: Candidate[] = []
      const quotes: CarrierQuote[] = []
      for (const { contract, quotes: offered } of answers)
        for (const quote of offered) {
          const { carrier, service, mode } = quote
          const offer = { carrier, service, mode, priceMinor: quote.price.amount }
          const why =
            leftOutBy({ ...offer, currency: quote.price.currency }, limits) ??
            (hasRefused(givenUp, quote, shipment) ? 'refused' : undefined)
          if (why) {
            leftOut.push({ carrier, service, why })
            continue
          }
          quotes.push(quote)
          candidates.push({
            ...offer,
            serviceName: quote.serviceName,
            currency: quote.price.currency,
            accountId: contract.accountId,
            ...reliablyPromised(consignment, quote, calendars, records),
            ...(quote.quoteId !== undefined && { quoteId: quote.quoteId }),
            ...(quote.expiresAt !== undefined && { expiresAt: quote.expiresAt }),
          })
        }
      const slow = new Set(
        givenUp.filter(({ givenUpFor }) => givenUpFor !== 'new-point').map((one) => one.carrier),
      )
      const ranked = rank(candidates, policy.weights, Date.now())
        // Who has failed this shipment before comes after those who have not.
        .toSorted((a, b) => Number(slow.has(a.carrier)) - Number(slow.has(b.carrier)))
        .map((candidate, index) => ({ ...candidate, rank: index + 1 }))
      return {
        ...{ ranked, leftOut, weights: policy.weights },
        inputs: {
          ...{ lane, parcels: shipment.parcels, readyAt: shipment.readyAt.toISOString() },
          quotes,
        },
      }
    },
  }
}

export type Choice = {
  ranked: RankedCandidate[]
  leftOut: LeftOut[]
  weights: Weights
  inputs: object
}

const hasRefused = (
  givenUp: readonly GivenUp[],
  { carrier, service }: Pick<CarrierQuote, 'carrier' | 'service'>,
  { pointCode }: Pick<Quotable['shipment'], 'pointCode'>,
) =>
  givenUp.some(
    (one) =>
      one.carrier === carrier &&
      one.service === service &&
      one.givenUpFor === 'rejected' &&
      one.pointCode === pointCode,
  )

/**
 * Until its first plan a shipment is as ready as its order; then as its warehouse has it. What has waited there since for a carrier
 * that never came leaves from now on.
 */
function madeReady(consignment: Quotable, calendars: Calendars, nowMs: number): Quotable {
  const { shipment, from } = consignment
  const warehouse = {
    ...{ zone: from.timeZone, cutoff: from.cutoff },
    calendar: calendars.of(from.workingDays),
  }
  const knownMs = shipment.readyAt.getTime()
  if (shipment.promise && knownMs >= nowMs) return consignment
  const readyMs = shipment.promise
    ? readyAtMs(nowMs, { ...warehouse, handlingMs: 0 })
    : readyAtMs(knownMs, { ...warehouse, handlingMs: from.handlingMinutes * MINUTE_MS })
  return { ...consignment, shipment: { ...shipment, readyAt: new Date(readyMs) } }
}

const fetchedBy = (carrier: CarrierId, { shipment, from }: Quotable, calendars: Calendars) =>
  new Date(
    pickupAtMs({
      readyMs: shipment.readyAt.getTime(),
      warehouse: { zone: from.timeZone, calendar: calendars.of(from.workingDays) },
      carrier: calendars.carrier(carrier, ''),
    }),
  )

function reliablyPromised(
  { shipment, from, to, point }: Quotable,
  { carrier, service, mode, transit }: CarrierQuote,
  calendars: Calendars,
  records: readonly ServiceRecord[],
) {
  const reliability = reliabilityAmong(records, { carrier, service, mode })
  const promised = promiseOf({
    readyMs: shipment.readyAt.getTime(),
    warehouse: { zone: from.timeZone, calendar: calendars.of(from.workingDays) },
    carrier: calendars.carrier(carrier, service),
    working: calendars.working,
    transit,
    destination: destinationOf(to.timeZone, mode.endsWith('point') ? point : undefined),
    bufferMs: reliability.delayP90Hours * HOUR_MS,
  })
  return { promised, reliability }
}
