import { z } from 'zod'

/** `carrier_account.settings` of a contract with CDEK. */
export const cdekSettings = z.object({
  /** The office where the seller hands parcels in; without it couriers fetch them. */
  shipmentPoint: z.string().optional(),
  /** Only these tariffs; all that the contract has where it is not said. */
  tariffs: z.array(z.int()).optional(),
  /** Of the contract: answers of the calculator name none. */
  currency: z.string().default('RUB'),
})
export type CdekSettings = z.infer<typeof cdekSettings>
