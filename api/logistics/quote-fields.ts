import { z } from '@hono/zod-openapi'
import type { Language } from '../language.ts'
import type { QuoteDeliveryResult } from '../../contracts/logistics.ts'
import { Instant } from '../openapi.ts'
import { NewDelivery } from './delivery-fields.ts'
import { CarrierField } from './point-view.ts'

const Money = z.strictObject({
  amount: z.int().min(0).max(Number.MAX_SAFE_INTEGER).openapi({ example: 129_900 }),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .openapi({ example: 'RUB' }),
})

const { parcels, point } = NewDelivery.shape

/** What would be sent: an order, or parcels from a shop to a city. */
export const NewQuote = z
  .strictObject({
    orderId: z.string().max(64).optional().openapi({ example: '1017' }),
    shopId: z.string().max(64).optional().openapi({ example: '3' }),
    city: z.string().min(1).max(64).optional().openapi({ example: 'msk' }),
    declared: Money.optional().openapi({ description: 'What it is worth; nothing unless told' }),
    ...{ parcels, point },
  })
  .openapi('NewDeliveryQuote', {
    description: 'Either `orderId`, or `shopId`, `city` and `parcels`',
    example: { orderId: '1017' },
  })

export const Quote = z
  .object({
    rank: z.int().openapi({ example: 1 }),
    carrier: CarrierField,
    service: z.string().openapi({ example: '136' }),
    serviceName: z.string().openapi({ example: 'Посылка склад-склад' }),
    mode: z.string().openapi({ example: 'door-door' }),
    price: z.object({ amount: z.int(), currency: z.string().openapi({ example: 'RUB' }) }),
    promise: z.object({ earliest: Instant, latest: Instant }),
    why: z
      .object({
        ...{ price: z.number(), time: z.number(), reliability: z.number(), failure: z.number() },
        score: z.number().openapi({ description: 'Their sum; the smallest is booked first' }),
        p90Hours: z.number().openapi({ description: 'Until nine of ten are with the buyer' }),
        onTime: z.number().openapi({ description: 'The share that was in time, smoothed' }),
      })
      .openapi({ description: 'What each part adds to the score' }),
  })
  .openapi('DeliveryQuote')

const LeftOut = z
  .object({
    carrier: CarrierField,
    service: z.string().optional().openapi({ example: '138' }),
    why: z.string().openapi({ example: 'too-heavy' }),
    code: z.string().optional().openapi({ example: 'unavailable' }),
  })
  .openapi('LeftOutCarrier')

export const Quotes = z
  .object({
    items: z.array(Quote).openapi({ description: 'The best first' }),
    leftOut: z.array(LeftOut),
    explained: z.string().openapi({
      description: 'Why the first is the first, in the language of the answer',
      example: 'СДЭК «Посылка склад-склад»: 450.00 RUB, с вероятностью 90 % за 72 ч.',
    }),
  })
  .openapi('DeliveryQuotes')

export const showQuotes = (
  { ranked, leftOut, explained }: QuoteDeliveryResult,
  language: Language,
): z.infer<typeof Quotes> => ({
  items: ranked.map((one, at) => ({ rank: at + 1, ...one })),
  leftOut,
  explained: explained[language],
})
