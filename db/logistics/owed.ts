import type { Transaction } from 'kysely'
import type { TrackingStatus } from '../../contracts/logistics.ts'
import { compensationOf, type Ended, type Owed } from '../../domain/logistics/compensation.ts'
import { DEFAULT_TERMS, mergeTerms, termsOfTariff } from '../../domain/logistics/sla.ts'
import { saidLatestMs } from '../../domain/logistics/said-latest.ts'
import { isEnd } from '../../domain/logistics/tracking-status.ts'
import type { Database } from '../database.ts'
import { findArrival, findPromised } from './arrival.ts'
import type { AttemptRow } from './attempts.ts'
import { wayOf } from './replan-delivery.ts'
import type { ShipmentRow } from './shipments.ts'

type Trx = Transaction<Database>

export type FoundOwed = {
  /** What is due whoever's doing it was. */
  owed?: Owed | undefined
  /** What would be due if an attempt of which nobody said why it failed was its carrier's to blame. */
  otherwise?: Owed | undefined
}

/** What is due for a delivery as it stands, by the terms that it was planned with; nothing while it has not ended. */
export async function findOwed(
  trx: Trx,
  shipment: ShipmentRow,
  attempt: AttemptRow,
): Promise<FoundOwed> {
  const { status, sla, promiseLatest, cityId } = shipment
  if (status === null || !isEnd(status)) return {}
  const { carrier, service } = attempt
  const { timeZone: zone } = await trx
    .selectFrom('city')
    .select('timeZone')
    .where('id', '=', cityId)
    .executeTakeFirstOrThrow()
  const { compensation } = mergeTerms(
    DEFAULT_TERMS,
    sla ? (termsOfTariff(sla, carrier, service) ?? sla) : {},
  )
  const { triedAtMs, ...arrival } = await findArrival(trx, attempt)
  const atMs = arrival.atMs ?? (await findRefusedMs(trx, attempt))
  const wasComingBack = status === 'lost' && (await cameBack(trx, attempt))
  const reasons = await reasonsOfEnd(trx, attempt, status)
  if (wasComingBack) reasons.push(...(await reasonsOfEnd(trx, attempt, 'returned')))
  const ended: Ended = {
    ...{ status, zone, reasons, wasComingBack },
    arrivedMs: triedAtMs ?? atMs,
    promiseLatestMs: promiseLatest?.getTime(),
    saidLatestMs: await findSaidLatestMs(trx, shipment, attempt),
    priceMinor: Number(attempt.priceMinor),
    // What is declared in other money than is paid for the way cannot be added to it.
    declaredMinor: shipment.currency === attempt.currency ? Number(shipment.declaredMinor) : 0,
  }
  return {
    owed: compensationOf(ended, compensation),
    otherwise: compensationOf({ ...ended, arrivedMs: atMs }, compensation),
  }
}

/** When its buyer refused to wait for what was not there yet. */
async function findRefusedMs(
  trx: Trx,
  { id, status }: Pick<AttemptRow, 'id' | 'status'>,
): Promise<number | undefined> {
  if (status !== 'returned') return undefined
  const refused = await trx
    .selectFrom('trackingEvent')
    .select('occurredAt')
    .where('attemptId', '=', id)
    .where('reason', '=', 'refused-too-late')
    .where('revokedAt', 'is', null)
    .orderBy('occurredAt')
    .executeTakeFirst()
  return refused?.occurredAt.getTime()
}

async function findSaidLatestMs(
  trx: Trx,
  shipment: ShipmentRow,
  attempt: AttemptRow,
): Promise<number | undefined> {
  const promised = await findPromised(trx, attempt)
  const { handedOverAt, warehouseId } = shipment
  if (!promised || !handedOverAt) return undefined
  const { timeZone: zone } = await trx
    .selectFrom('warehouse')
    .innerJoin('city', 'city.id', 'warehouse.cityId')
    .select('city.timeZone')
    .where('warehouse.id', '=', warehouseId)
    .executeTakeFirstOrThrow()
  const way = await wayOf(trx, shipment, attempt)
  return saidLatestMs(promised, { leftMs: handedOverAt.getTime(), zone, way })
}

async function cameBack(trx: Trx, { id }: AttemptRow): Promise<boolean> {
  const returning = await trx
    .selectFrom('trackingEvent')
    .select('id')
    .where('attemptId', '=', id)
    .where('status', '=', 'returning')
    .where('revokedAt', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return returning !== undefined
}

/** Of several losses that stand the last one counts; of a return the whole way back. */
async function reasonsOfEnd(
  trx: Trx,
  { id }: AttemptRow,
  status: TrackingStatus,
): Promise<string[]> {
  const rows = await trx
    .selectFrom('trackingEvent')
    .select('reason')
    .where('attemptId', '=', id)
    .where('status', 'in', status === 'returned' ? ['returning', 'returned'] : [status])
    .where('revokedAt', 'is', null)
    .orderBy('occurredAt', 'desc')
    .$if(status !== 'returned', (query) => query.limit(1))
    .execute()
  return rows.flatMap(({ reason }) => reason ?? [])
}
