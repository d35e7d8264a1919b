import { sql, type Kysely, type Selectable, type Transaction } from 'kysely'
import {
  COMPENSATION_REASONS,
  type CompensationReason,
} from '../../domain/logistics/compensation.ts'
import { isEnd } from '../../domain/logistics/tracking-status.ts'
import type { Database } from '../database.ts'
import type { AttemptRow } from './attempts.ts'
import { claimFromCarrier } from './claims.ts'
import { tellOfDelivery, type Telling } from './delivery-events.ts'
import { findOwed, type FoundOwed } from './owed.ts'
import type { ShipmentRow } from './shipments.ts'
import { ensureTask } from './tasks.ts'

type Trx = Transaction<Database>
export type CompensationRow = Selectable<Database['compensation']>

/** Every entry of some shipments, the oldest first. */
export const listCompensations = async (
  db: Kysely<Database>,
  shipmentIds: readonly string[],
): Promise<CompensationRow[]> =>
  shipmentIds.length === 0
    ? []
    : db
        .selectFrom('compensation')
        .selectAll()
        .where('shipmentId', 'in', shipmentIds)
        .orderBy('id')
        .execute()

/**
 * What is due for a delivery as it stands after its carrier has ended it, or has taken its end back: each reason is brought to what
 * is due for it by one entry, and is told. Nothing is paid here. Repeated it writes nothing. Under the shipment's lock.
 * @returns the reasons of which something was written
 */
export async function settleCompensation(
  trx: Trx,
  { before, after, attempt }: { before: ShipmentRow; after: ShipmentRow; attempt: AttemptRow },
  telling: Telling,
): Promise<CompensationReason[]> {
  if (!after.handedOverAt || !(hasEnded(after) || hasEnded(before))) return []
  const found = await findOwed(trx, after, attempt)
  const { owed } = found
  const entries = await listCompensations(trx, [after.id])
  const settled: CompensationReason[] = []
  for (const reason of COMPENSATION_REASONS) {
    const of = entries.filter((entry) => entry.reason === reason)
    const balance = of.reduce((sum, { amountMinor }) => sum + Number(amountMinor), 0)
    const due = owed?.reason === reason ? owed.amountMinor : 0
    if (due === balance) continue
    const entry = { reason, number: of.length + 1, amountMinor: due - balance }
    await write(trx, { shipment: after, attempt, due, entry, daysLate: owed?.daysLate }, telling)
    settled.push(reason)
  }
  await claimFromCarrier(trx, attempt, owed?.claimMinor ?? 0)
  await askWhoseDoing(trx, after, { attempt, found }, telling)
  return settled
}

/** It had been tried in time and nobody said why that failed: what more would be due by the day on which it came, a person decides. */
async function askWhoseDoing(
  trx: Trx,
  shipment: ShipmentRow,
  {
    attempt: { id: attemptId, carrier, currency },
    found,
  }: { attempt: AttemptRow; found: FoundOwed },
  telling: Telling,
): Promise<void> {
  const { owed, otherwise } = found
  const more = (of: 'amountMinor' | 'claimMinor') => ({
    ...{ amount: (otherwise?.[of] ?? 0) - (owed?.[of] ?? 0), currency },
  })
  const [due, claimed] = [more('amountMinor'), more('claimMinor')]
  if (due.amount === 0 && claimed.amount === 0) return
  const reason = 'attempt-without-reason'
  const asked = await trx
    .selectFrom('humanTask')
    .select('id')
    .where('attemptId', '=', attemptId)
    .where(sql<string>`details ->> 'reason'`, '=', reason)
    .executeTakeFirst()
  if (asked) return
  const details = { carrier, reason, due, claim: claimed }
  await ensureTask(trx, shipment, { kind: 'delivery-problem', attemptId, details }, telling)
}

const hasEnded = ({ status }: ShipmentRow) => status !== null && isEnd(status)

type Entry = {
  shipment: ShipmentRow
  attempt: AttemptRow
  entry: { reason: CompensationReason; number: number; amountMinor: number }
  due: number
  daysLate: number | undefined
}

async function write(
  trx: Trx,
  { shipment, attempt, entry, due, daysLate }: Entry,
  telling: Telling,
): Promise<void> {
  const { currency } = attempt
  const { reason, amountMinor } = entry
  const days = reason === 'late' && due > 0 && daysLate !== undefined ? { daysLate } : {}
  const { id: compensationId } = await trx
    .insertInto('compensation')
    .values({
      ...{ shipmentId: shipment.id, attemptId: attempt.id, sellerId: shipment.sellerId },
      ...{ ...entry, currency, ...days },
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const amount = { amount: amountMinor, currency }
  const balance = { amount: due, currency }
  await tellOfDelivery(
    trx,
    shipment,
    { type: 'delivery.compensated', compensationId, reason, amount, balance, ...days },
    telling,
  )
}
