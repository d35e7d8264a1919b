import { z } from '@hono/zod-openapi'
import type { Parcel } from '../../domain/logistics/parcel.ts'
import { PageQuery } from '../openapi.ts'
import { Problem } from '../problem.ts'
import { City } from '../storefront/scope.ts'
import { CarrierField, PointKindField } from './point-view.ts'

const FITS = /^[1-9]\d{0,6}(x[1-9]\d{0,4}){3}(,[1-9]\d{0,6}(x[1-9]\d{0,4}){3}){0,49}$/
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** Where nothing says how far: what a person would go for a parcel. */
const RADIUS_M = 20_000

/** An empty field is not the equator. */
const degrees = (most: number, example: number) =>
  z
    .string()
    .regex(/\S/, { abort: true })
    .transform(Number)
    .pipe(z.number().min(-most).max(most))
    .openapi({ type: 'number', minimum: -most, maximum: most, example })

export const PointsQuery = PageQuery.extend({
  city: City.optional(),
  carrier: CarrierField.optional().openapi({ example: 'cdek' }),
  kind: PointKindField.optional().openapi({ description: 'ПВЗ or постамат', example: 'pvz' }),
  state: z
    .enum(['open', 'full', 'closed', 'any'])
    .default('open')
    .openapi({ description: 'Only points that take parcels, unless said otherwise' }),
  lat: degrees(90, 55.7558).optional(),
  lon: degrees(180, 37.6173).optional().openapi({
    description: 'With `lat`: the nearest first, each with its distance',
  }),
  radiusM: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .openapi({ description: `Around \`lat\`, \`lon\`: ${RADIUS_M} unless given`, example: 3_000 }),
  fits: z
    .string()
    .max(1_000)
    .refine((text) => FITS.test(text) || UUID.test(text), {
      error: '<граммы>x<мм>x<мм>x<мм>, через запятую для нескольких мест, или id доставки',
    })
    .optional()
    .openapi({
      description:
        'Takes these parcels, turned in any way: `<weightG>x<lengthMm>x<widthMm>x<heightMm>`, several after commas, or the id of a delivery',
      example: '1500x300x200x100',
    }),
  payment: z
    .enum(['cash', 'card'])
    .optional()
    .openapi({ description: 'Takes payment so', example: 'card' }),
  openAt: z
    .string()
    .regex(/^20\d\d-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d$/)
    .refine((text) => !Number.isNaN(Date.parse(`${text}:00Z`)), { error: 'нет такой даты' })
    .optional()
    .openapi({
      description: 'Open then, on the clock of the point',
      example: '2026-11-28T18:30',
    }),
}).strict()
export type PointsQuery = z.infer<typeof PointsQuery>

/** @throws {Problem} 400 when one of the coordinates, or both for a radius, are missing */
export function nearOf({ lat, lon, radiusM }: PointsQuery) {
  if (lat !== undefined && lon !== undefined) return { lat, lon, radiusM: radiusM ?? RADIUS_M }
  if (lat === undefined && lon === undefined && radiusM === undefined) return undefined
  throw new Problem('validation-failed', {
    errors: (['lat', 'lon'] as const)
      .filter((name) => (name === 'lat' ? lat : lon) === undefined)
      .map((path) => ({ path, message: { ru: 'обязательное поле', en: 'required' } })),
  })
}

/** What is asked to fit: parcels, or the id of the delivery that has them. */
export function fitsOf(
  text: string | undefined,
): { parcels: Parcel[] } | { deliveryId: string } | undefined {
  if (text === undefined) return undefined
  if (UUID.test(text)) return { deliveryId: text.toLowerCase() }
  const parcels = text.split(',').map((parcel) => {
    const [weightG, lengthMm, widthMm, heightMm] = parcel.split('x').map(Number)
    return {
      weightG: weightG!,
      lengthMm: lengthMm!,
      widthMm: widthMm!,
      heightMm: heightMm!,
    }
  })
  return { parcels }
}
