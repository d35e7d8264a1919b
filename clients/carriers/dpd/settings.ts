import { z } from 'zod'

/** `carrier_account.settings` of a contract with DPD. */
export const dpdSettings = z.object({
  /** The terminal where the seller hands parcels in; without it couriers fetch them. */
  pickupTerminal: z.string().optional(),
  /** Only these service codes: `PCL`, `NDY` … */
  services: z.array(z.string()).optional(),
  /** Who pays, where it is not the contract itself. */
  payer: z.string().optional(),
  /** «9-18»: when a courier may come. */
  pickupTimePeriod: z.string().default('9-18'),
  cargoCategory: z.string().default('Товары народного потребления'),
})
export type DpdSettings = z.infer<typeof dpdSettings>
