import { sql, type Kysely, type Transaction } from 'kysely'
import type { CarrierId } from '../../contracts/logistics.ts'
import {
  decayed,
  HALF_LIFE_DAYS,
  NO_RECORD,
  sumOf,
  withOutcome,
  type LaneRecord,
  type Outcome,
  type ServiceRecord,
} from '../../domain/logistics/reliability.ts'
import type { Database } from '../database.ts'

export type Lane = {
  carrier: CarrierId
  service: string
  mode: string
  fromCity: string
  toCity: string
}

/** One more outcome; what was there counts less by its age. */
export async function addOutcome(
  trx: Transaction<Database>,
  lane: Lane,
  outcome: Outcome,
): Promise<void> {
  const now = new Date()
  await trx
    .insertInto('laneStat')
    .values({ ...lane, asOf: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { asOf, ...kept } = await ofLane(trx, lane)
    .select(['deliveries', 'onTime', 'delayHours', 'delayHoursSquared', 'bookings', 'refusals'])
    .select('asOf')
    .forUpdate()
    .executeTakeFirstOrThrow()
  const record = withOutcome(decayed(kept, now.getTime() - asOf.getTime()), outcome)
  let update = trx.updateTable('laneStat').set({ ...record, asOf: now })
  for (const [column, value] of entriesOf(lane)) update = update.where(column, '=', value)
  await update.execute()
}

function ofLane(db: Kysely<Database>, lane: Lane) {
  let query = db.selectFrom('laneStat')
  for (const [column, value] of entriesOf(lane)) query = query.where(column, '=', value)
  return query
}
const entriesOf = (lane: Lane) => Object.entries(lane) as [keyof Lane, string][]

/** What is known now of every service, on one lane and everywhere. */
export async function listRecords(
  db: Kysely<Database>,
  { fromCity, toCity }: Pick<Lane, 'fromCity' | 'toCity'>,
): Promise<ServiceRecord[]> {
  const share = sql`power(0.5, greatest(0, extract(epoch from now() - as_of)) / ${HALF_LIFE_DAYS * 86_400})`
  const { rows } = await sql<
    LaneRecord & { carrier: CarrierId; service: string; mode: string; isLane: boolean }
  >`
    select carrier, service, mode, from_city = ${fromCity} and to_city = ${toCity} as is_lane,
      sum(deliveries * ${share}) as deliveries, sum(on_time * ${share}) as on_time,
      sum(delay_hours * ${share}) as delay_hours,
      sum(delay_hours_squared * ${share}) as delay_hours_squared,
      sum(bookings * ${share}) as bookings, sum(refusals * ${share}) as refusals
    from lane_stat group by 1, 2, 3, 4`.execute(db)
  const services = Map.groupBy(rows, ({ carrier, service, mode }) =>
    JSON.stringify([carrier, service, mode]),
  )
  return [...services.values()].map((views) => {
    const { carrier, service, mode } = views[0]!
    const lane = views.find(({ isLane }) => isLane) ?? NO_RECORD
    return { carrier, service, mode, lane, all: sumOf(views) }
  })
}
