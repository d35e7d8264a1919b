import { z } from 'zod'
import { many, maybe, text, word } from '../lenient.ts'

/** Of `createOrder`, `createOrder2`, `getOrderStatus` and `cancelOrder`. */
export const orderStatuses = z.object({
  return: many(
    z.object({
      orderNumberInternal: maybe(word),
      orderNum: word.nullish(),
      status: word,
      errorMessage: maybe(text),
    }),
  ),
})
export type DpdOrderStatus = z.infer<typeof orderStatuses>['return'][number]
