import type { Transaction } from 'kysely'
import type { NewPoint } from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import { findPoint } from '../../db/logistics/pickup-points.ts'
import { findWarehouseOf, hasDispatch, listPackedLines } from '../../db/logistics/ship-from.ts'
import type { OrderRow } from '../../db/orders/orders.ts'
import { packAll } from '../../domain/logistics/pack.ts'
import type { Parcel } from '../../domain/logistics/parcel.ts'
import { parsePointId } from '../../domain/logistics/pickup-point.ts'
import { Problem } from '../problem.ts'
import { soundPoint } from './sound-point.ts'

/** One parcel, as the catalogue measures the order’s goods. @throws {Problem} `validation-failed` where it does not */
export async function parcelOf(trx: Transaction<Database>, { id }: Pick<OrderRow, 'id'>) {
  const parcel = packAll(await listPackedLines(trx, id))
  if (parcel) return parcel
  throw new Problem('validation-failed', { errors: [{ path: 'parcels', message: NO_WEIGHT }] })
}

/** @throws {Problem} `conflict` when there is nowhere to send it from, or carriers would not find it */
export const warehouseOf = async (trx: Transaction<Database>, { id }: Pick<OrderRow, 'id'>) =>
  sendingFrom(trx, await findWarehouseOf(trx, id))

/** @throws {Problem} like {@link warehouseOf} */
export async function sendingFrom(
  trx: Transaction<Database>,
  warehouseId: string | null | undefined,
): Promise<string> {
  if (!warehouseId) throw new Problem('conflict', { detail: NO_WAREHOUSE })
  if (await hasDispatch(trx, warehouseId)) return warehouseId
  throw new Problem('conflict', {
    detail: NO_DISPATCH,
    errors: ['address', 'contact'].map((path) => ({ path, message: UNTOLD })),
    extensions: { warehouseId },
  })
}

/**
 * The point that is wanted, or else the one that the order names, of the kind that its carrier says.
 * @throws {Problem} where it does not take the parcels, see {@link soundPoint}
 */
export async function pointOf(
  trx: Transaction<Database>,
  { pickupPointId, cityId }: Pick<OrderRow, 'pickupPointId' | 'cityId'>,
  { point, parcels }: { point: NewPoint | undefined; parcels: readonly Parcel[] },
): Promise<NewPoint | undefined> {
  if (point) return soundPoint(trx, point, { cityId, parcels, path: 'point.' })
  const named = parsePointId(pickupPointId ?? '')
  if (!named) return undefined
  const { kind = 'pvz' } = (await findPoint(trx, named)) ?? {}
  return soundPoint(trx, { ...named, kind }, { cityId, parcels, path: 'point.' })
}

const NO_WEIGHT = {
  ru: 'у товара не указан вес: укажите посылки',
  en: 'the catalogue does not say what the goods weigh: give the parcels',
}
const NO_WAREHOUSE = {
  ru: 'У магазина нет склада, с которого отправлять.',
  en: 'The shop has no warehouse to send it from.',
}
const NO_DISPATCH = {
  ru: 'Не сказано, где и у кого перевозчик забирает посылки: PUT /v1/warehouses/{id}/dispatch.',
  en: 'Nobody has said where carriers fetch, and from whom: PUT /v1/warehouses/{id}/dispatch.',
}
const UNTOLD = { ru: 'не сказано', en: 'not told' }
