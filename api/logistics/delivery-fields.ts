import { z } from '@hono/zod-openapi'
import { CarrierField } from './point-view.ts'

const MOST_PARCELS = 50
const millimetres = z.int().min(1).max(10_000).openapi({ example: 300 })

export const PointField = z
  .strictObject({
    carrier: CarrierField,
    code: z
      .string()
      .regex(/^[\x21-\x7e\u0400-\u04ff]{1,64}$/)
      .openapi({ example: 'MSK65' }),
    kind: z.enum(['pvz', 'locker']).openapi({ example: 'pvz' }),
  })
  .openapi('DeliveryPoint')

export const NewDelivery = z
  .strictObject({
    parcels: z
      .array(
        z.strictObject({
          weightG: z.int().min(1).max(1_000_000).openapi({ example: 1_200 }),
          lengthMm: millimetres,
          widthMm: millimetres,
          heightMm: millimetres,
        }),
      )
      .min(1)
      .max(MOST_PARCELS)
      .optional()
      .openapi({ description: 'Without them one parcel, as the catalogue measures its goods' }),
    point: PointField.optional().openapi({
      description: "Where the buyer fetches it; without one the order's address or point",
    }),
  })
  .openapi('NewDelivery')
