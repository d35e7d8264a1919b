import type { Transaction } from 'kysely'
import type { NewPoint } from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import { findPoint } from '../../db/logistics/pickup-points.ts'
import { listPointsInstead } from '../../db/logistics/points-instead.ts'
import { pointFault, type Destined, type PointFault } from '../../domain/logistics/point-fault.ts'
import type { Text } from '../language.ts'
import { Problem } from '../problem.ts'

/**
 * The point, if the parcels can go there as its carrier told of it last; the carrier is asked when it is booked.
 * @param path where the caller has named it, with a dot behind
 * @throws {Problem} `validation-failed` for what is no such point or in another city; `conflict` for one that takes nothing now,
 *   with the nearest that does as `nearest`
 */
export async function soundPoint(
  trx: Transaction<Database>,
  point: NewPoint,
  { path, ...destined }: Destined & { path: string },
): Promise<NewPoint> {
  const fault = pointFault(await findPoint(trx, point), point, destined)
  if (!fault) return point
  const field = fault === 'other-kind' ? 'kind' : 'code'
  const errors = [{ path: path + field, message: FAULTS[fault] }]
  if (WRONG.has(fault)) throw new Problem('validation-failed', { errors })
  const [instead] = await listPointsInstead(trx, point, { ...destined, limit: 1 })
  const { carrier, code, kind } = instead?.point ?? {}
  throw new Problem('conflict', {
    ...{ detail: FAULTS[fault], errors },
    ...(instead && {
      extensions: {
        nearest: { carrier, code, kind, distanceM: Math.round(instead.distanceM ?? 0) },
      },
    }),
  })
}

const WRONG: ReadonlySet<PointFault> = new Set(['unknown', 'other-kind', 'other-city'])

const FAULTS: Record<PointFault, Text> = {
  unknown: {
    ru: 'у перевозчика нет такого пункта',
    en: 'the carrier has no such point',
  },
  'other-kind': { ru: 'этот пункт другого вида', en: 'the point is of the other kind' },
  'other-city': {
    ru: 'этот пункт не в городе доставки',
    en: 'the point is not in the city of the delivery',
  },
  closed: { ru: 'этот пункт закрыт', en: 'the point is closed' },
  full: { ru: 'этот пункт заполнен', en: 'the point is full' },
  'too-big': {
    ru: 'посылки больше, чем принимает этот пункт',
    en: 'the parcels are more than the point takes',
  },
}
