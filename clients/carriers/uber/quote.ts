import { z } from 'zod'
import type { CarrierReason, QuoteAnswer, QuoteRequest } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { amount, instant, maybe, parse, word } from '../lenient.ts'
import { malformed } from '../unanswered.ts'
import { reasonOf, type UberClient } from './client.ts'
import { addressOf, coordinatesOf, windowOf } from './place.ts'

const deliveryQuote = z.object({
  id: word.refine((id) => id.startsWith('dqt_')),
  expires: instant,
  fee: amount,
  currency_type: maybe(word),
  currency: maybe(word),
  dropoff_eta: instant,
  dropoff_deadline: maybe(instant),
})

/** One courier, from door to door, good for a quarter of an hour and for one delivery. */
export async function quote(
  client: UberClient,
  request: QuoteRequest,
  deadline: Deadline,
): Promise<QuoteAnswer> {
  const { from, to, declaredValue } = request
  if (request.pointCode !== undefined) return refused('no-points', 'Uber has no pickup points')
  if (!to.address || !from.address) return refused('unknown_location', 'There is no address')
  const told = await client.ask(
    {
      method: 'POST',
      path: '/delivery_quotes',
      body: {
        pickup_address: addressOf(from),
        dropoff_address: addressOf(to),
        ...coordinatesOf('pickup', from),
        ...coordinatesOf('dropoff', to),
        ...windowOf(request.readyAt, Date.now()),
        manifest_total_value: declaredValue.amount,
      },
    },
    deadline,
  )
  if (told.problem) return { outcome: 'refused', reason: reasonOf(told.problem) }
  const answer = parse(deliveryQuote, told.json)
  const currency = (answer.currency_type ?? answer.currency)?.toUpperCase()
  if (!currency || !/^[A-Z]{3}$/.test(currency)) throw malformed('no currency')
  const { dropoff_eta: earliest, dropoff_deadline: latest = earliest } = answer
  return {
    outcome: 'quoted',
    quotes: [
      {
        ...{ carrier: 'uber', service: 'courier', serviceName: 'Uber Direct', mode: 'door-door' },
        price: { amount: Math.round(answer.fee), currency },
        transit: { unit: 'instant', earliest, latest: latest < earliest ? earliest : latest },
        ...{ quoteId: answer.id, expiresAt: answer.expires },
      },
    ],
  }
}

function refused(code: string, message: string): QuoteAnswer {
  const reason: CarrierReason = { code, message, kind: 'permanent' }
  return { outcome: 'refused', reason }
}
