import type { QuotedService } from '../../contracts/logistics.ts'
import type { RankedCandidate } from './rank.ts'

/** What may be shown of a candidate: not by which contract it would be booked. */
export function quotedOf(candidate: RankedCandidate): QuotedService {
  const { carrier, service, serviceName, mode, priceMinor, currency, promised, why } = candidate
  const { price, time, reliability, failure, score, p90Hours, onTime } = why
  return {
    ...{ carrier, service, serviceName, mode, price: { amount: priceMinor, currency } },
    promise: { earliest: promised.earliest, latest: promised.latest },
    why: { price, time, reliability, failure, score, p90Hours, onTime },
  }
}
