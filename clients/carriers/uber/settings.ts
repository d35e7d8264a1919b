import { z } from 'zod'

const seconds = z.object({
  enroute_for_pickup_at: z.string().optional(),
  pickup_imminent_at: z.string().optional(),
  pickup_at: z.string().optional(),
  dropoff_imminent_at: z.string().optional(),
  dropoff_at: z.string().optional(),
  cancel_reason: z.string().optional(),
})

/** `carrier_account.settings` of a contract with Uber. */
export const uberSettings = z.object({
  /** Where tokens are granted; of Uber's own host, or below the base URL of a simulator, unless said otherwise. */
  tokenUrl: z.url().optional(),
  scope: z.string().default('eats.deliveries'),
  /** Only with test credentials: a courier made of software (`test_specifications`). */
  roboCourier: z
    .union([
      z.object({ mode: z.literal('auto') }),
      z.object({ mode: z.literal('custom') }).extend(seconds.shape),
    ])
    .optional(),
})
export type UberSettings = z.infer<typeof uberSettings>
