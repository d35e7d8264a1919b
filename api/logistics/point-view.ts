import { z } from '@hono/zod-openapi'
import type { PointSync } from '../../db/logistics/pickup-points.ts'
import { describeHours } from '../../domain/logistics/describe-hours.ts'
import type { PointsAnswer } from '../../domain/logistics/points-query.ts'
import type { Language } from '../language.ts'
import { Instant } from '../openapi.ts'

export const CarrierField = z.enum(['cdek', 'dpd', 'uber']).openapi({ example: 'cdek' })
export const PointKindField = z.enum(['pvz', 'locker'])

const clock = z.string().openapi({ example: '09:00' })
const IsoDate = z.string().openapi({ example: '2026-12-31' })

export const PickupPoint = z
  .object({
    id: z.string().openapi({
      description: 'What an order names as its `pickupPointId`',
      example: 'cdek:MSK123',
    }),
    carrier: CarrierField,
    code: z.string().openapi({ description: 'The carrier’s own', example: 'MSK123' }),
    kind: PointKindField.openapi({ description: 'ПВЗ or постамат', example: 'pvz' }),
    name: z.string().openapi({ example: 'На Тверской' }),
    city: z.object({
      id: z.string().optional().openapi({ description: 'Where it is one of ours', example: 'msk' }),
      name: z.string().openapi({ example: 'Москва' }),
    }),
    address: z.string().openapi({ example: 'ул. Тверская, 7' }),
    location: z.object({
      lat: z.number().openapi({ example: 55.7601 }),
      lon: z.number().openapi({ example: 37.6186 }),
    }),
    distanceM: z
      .int()
      .optional()
      .openapi({ description: 'From `lat`, `lon`, as the crow flies', example: 420 }),
    state: z.enum(['open', 'full', 'closed']).openapi({ example: 'open' }),
    hours: z.string().openapi({
      description: 'For people, in the language of the answer',
      example: 'Пн–Пт 09:00–21:00, Сб, Вс 10:00–18:00',
    }),
    schedule: z.array(
      z.object({ day: z.int().min(1).max(7).openapi({ example: 1 }), from: clock, to: clock }),
    ),
    exceptions: z.array(
      z.object({
        from: IsoDate,
        to: IsoDate,
        open: z.array(clock).length(2).optional().openapi({ description: 'Absent: closed' }),
      }),
    ),
    payment: z.object({ cash: z.boolean(), card: z.boolean() }),
    takesBack: z.boolean().openapi({ description: 'Whether a return can be left there' }),
    limits: z.object({
      maxWeightG: z.int().optional().openapi({ example: 15_000 }),
      maxSumMm: z.int().optional().openapi({ example: 1_800 }),
      cells: z
        .array(z.object({ lengthMm: z.int(), widthMm: z.int(), heightMm: z.int() }))
        .optional()
        .openapi({ example: [{ lengthMm: 600, widthMm: 400, heightMm: 300 }] }),
    }),
    syncedAt: Instant.nullable().openapi({
      description: 'When its carrier last told of it',
    }),
    ageSeconds: z.int().nullable().openapi({ example: 1_260 }),
  })
  .openapi('PickupPoint')
export type PickupPoint = z.infer<typeof PickupPoint>

export type PointShowing = { syncs: readonly PointSync[]; language: Language; now: Date }

export function showPoint(
  { point, distanceM }: PointsAnswer[number],
  { syncs, language, now }: PointShowing,
): PickupPoint {
  const syncedAt = syncs.find(({ carrier }) => carrier === point.carrier)?.syncedAt ?? null
  const { maxWeightG, maxSumMm, cells } = point.limits
  return {
    id: point.id,
    carrier: point.carrier,
    code: point.code,
    kind: point.kind,
    name: point.name,
    city: { ...(point.cityId !== null && { id: point.cityId }), name: point.cityName },
    address: point.address,
    location: { lat: round(point.lat), lon: round(point.lon) },
    ...(distanceM !== undefined && { distanceM: Math.round(distanceM) }),
    state: point.state,
    hours: describeHours(point.hours, language),
    schedule: point.hours,
    exceptions: point.exceptions,
    payment: point.payment,
    takesBack: point.takesBack,
    limits: {
      ...(maxWeightG !== undefined && { maxWeightG }),
      ...(maxSumMm !== undefined && { maxSumMm }),
      ...(cells && { cells }),
    },
    syncedAt: syncedAt?.toISOString() ?? null,
    ageSeconds: syncedAt && Math.max(0, Math.round((now.getTime() - syncedAt.getTime()) / 1_000)),
  }
}

/** As its carrier gave it: what was added to keep it is less. */
const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6
