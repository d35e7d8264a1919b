import { z } from '@hono/zod-openapi'
import type { ChoicePolicyRow, NewChoicePolicy } from '../../db/logistics/choice-policies.ts'
import { DEFAULT_WEIGHTS } from '../../domain/logistics/weights.ts'
import { Instant } from '../openapi.ts'
import { CarrierField } from './point-view.ts'

const weight = (example: number) => z.number().min(0).max(100).openapi({ example })
const minor = (example: number) => z.int().min(1).max(1_000_000_000).openapi({ example })

const weights = {
  price: weight(1),
  time: weight(0.15),
  reliability: weight(0.25),
  referenceMinor: minor(50_000).openapi({ description: 'A price that counts as 1' }),
  referenceHours: z
    .int()
    .min(1)
    .max(2_400)
    .openapi({ description: 'So many hours until delivery count as 1', example: 240 }),
  failureMinor: z.int().min(0).max(1_000_000_000).openapi({
    description: 'What a delivery that fails or is late costs beside its price',
    example: 20_000,
  }),
}
const limits = {
  carriers: z
    .array(CarrierField)
    .min(1)
    .max(3)
    .optional()
    .openapi({ description: 'Only these; all unless told', example: ['cdek', 'dpd'] }),
  maxPriceMinor: minor(100_000).optional().openapi({
    description: 'Nothing dearer, in the currency of the order',
  }),
}

export const NewDeliveryChoice = z
  .strictObject({
    weights: z
      .strictObject(weights)
      .partial()
      .default({})
      .openapi({ description: 'What is not told is as usual', example: { price: 1, time: 0.3 } }),
    ...limits,
  })
  .openapi('NewDeliveryChoice')
export const DeliveryChoice = z
  .object({
    ...{ weights: z.object(weights), ...limits },
    version: z.int().openapi({ example: 2 }),
    createdAt: Instant,
  })
  .openapi('DeliveryChoice')

export const choiceAsTold = ({
  weights,
  carriers,
  maxPriceMinor,
}: z.output<typeof NewDeliveryChoice>): Omit<NewChoicePolicy, 'sellerId'> => ({
  weights: weights as NewChoicePolicy['weights'],
  carriers: carriers ?? null,
  maxPriceMinor: maxPriceMinor ?? null,
})

export const showChoice = ({
  weights,
  carriers,
  maxPriceMinor,
  version,
  createdAt,
}: ChoicePolicyRow): z.infer<typeof DeliveryChoice> => ({
  weights: { ...DEFAULT_WEIGHTS, ...weights },
  ...(carriers && { carriers }),
  ...(maxPriceMinor !== null && { maxPriceMinor: Number(maxPriceMinor) }),
  ...{ version, createdAt: createdAt.toISOString() },
})
