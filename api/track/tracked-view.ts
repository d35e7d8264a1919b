import { z } from '@hono/zod-openapi'
import type { TrackedShipment } from '../../db/logistics/tracked.ts'
import { lineOf, tellBuyer } from '../../domain/logistics/buyer-words.ts'
import { describeHours } from '../../domain/logistics/describe-hours.ts'
import { isAwaited } from '../../domain/logistics/replan.ts'
import type { Language } from '../language.ts'
import { Instant } from '../openapi.ts'
import { CarrierField, PointKindField } from '../logistics/point-view.ts'

/** What the buyer sees of a delivery: nothing about the buyer. */
export const TrackedDelivery = z
  .object({
    state: z.string().openapi({ example: 'in-transit' }),
    headline: z.string().openapi({ example: 'Заказ в пути' }),
    tone: z.enum(['good', 'calm', 'late', 'bad']),
    orderNumber: z.string().openapi({ example: '261126-17' }),
    shop: z.object({ name: z.string().openapi({ example: 'Самовар' }) }),
    city: z.object({ name: z.string().openapi({ example: 'Москва' }) }),
    carrier: CarrierField.optional(),
    trackingNumber: z.string().optional().openapi({ example: '1106203491' }),
    promise: z
      .object({
        earliest: Instant,
        latest: Instant,
        text: z.string().openapi({ example: '28–30 ноября' }),
      })
      .optional(),
    eta: Instant.optional(),
    expectedBy: Instant.optional().openapi({
      description: 'When it is expected instead of the promise',
    }),
    late: z.boolean(),
    lateness: z
      .string()
      .optional()
      .openapi({ example: 'Опаздывает: обещали до 28 ноября, теперь ждём 30 ноября.' }),
    pickupPoint: z
      .object({
        kind: PointKindField,
        name: z.string().openapi({ example: 'На Тверской' }),
        address: z.string().openapi({ example: 'ул. Тверская, 7' }),
        hours: z.string().openapi({ example: 'Ежедневно 09:00–21:00' }),
        storedUntil: Instant.optional(),
        mapUrls: z.object({
          yandex: z.string().openapi({ example: 'https://yandex.ru/maps/?pt=37.61,55.76&z=17' }),
          openStreetMap: z.string().openapi({
            example: 'https://www.openstreetmap.org/?mlat=55.76&mlon=37.61#map=17/55.76/37.61',
          }),
        }),
      })
      .optional(),
    timeline: z.array(
      z.object({
        at: Instant,
        status: z.string().openapi({ example: 'in-transit' }),
        text: z.string().openapi({ example: 'В пути' }),
        place: z.string().optional().openapi({ example: 'Москва' }),
      }),
    ),
    updatedAt: Instant,
  })
  .openapi('TrackedDelivery')
export type TrackedDelivery = z.infer<typeof TrackedDelivery>

const iso = (at: string) => new Date(at).toISOString()

export function showTracked(
  shipment: TrackedShipment,
  now: Date,
  language: Language,
): TrackedDelivery {
  const { promise, ...told } = tellBuyer(shipment, now, language)
  const { carrier, trackingNumber, eta, expectedBy, endedAt, status, phase } = shipment
  return {
    state: status ?? phase,
    headline: told.headline,
    tone: told.tone,
    orderNumber: shipment.orderNumber,
    shop: { name: shipment.shopName },
    city: { name: language === 'en' ? shipment.cityNameEn : shipment.cityName },
    ...(carrier && { carrier }),
    ...(trackingNumber !== null && { trackingNumber }),
    ...(promise !== undefined && {
      promise: {
        earliest: iso(shipment.promiseEarliest!),
        latest: iso(shipment.promiseLatest!),
        text: promise,
      },
    }),
    ...(eta !== null && endedAt === null && { eta: iso(eta) }),
    ...(expectedBy !== null &&
      status !== null &&
      isAwaited(status) && { expectedBy: iso(expectedBy) }),
    late: told.isLate,
    ...(told.lateness !== undefined && { lateness: told.lateness }),
    ...pointOf(shipment, language),
    timeline: [
      ...shipment.events.map(({ at, status, reason, place }) => ({
        at: iso(at),
        status,
        text: lineOf({ status, reason }, language),
        ...(place !== null && { place }),
      })),
    ],
    updatedAt: iso(shipment.updatedAt),
  }
}

function pointOf({ point, pointKind, storedUntil, endedAt }: TrackedShipment, language: Language) {
  if (!point || !pointKind) return {}
  const { name, address, hours } = point
  const [lat, lon] = [point.lat.toFixed(6), point.lon.toFixed(6)]
  return {
    pickupPoint: {
      ...{ kind: pointKind, name, address, hours: describeHours(hours, language) },
      ...(storedUntil !== null && endedAt === null && { storedUntil: iso(storedUntil) }),
      mapUrls: {
        yandex: `https://yandex.ru/maps/?pt=${lon},${lat}&z=17&l=map`,
        openStreetMap: `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=17/${lat}/${lon}`,
      },
    },
  }
}
