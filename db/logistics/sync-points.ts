import { sql, type Kysely, type Transaction, type Updateable } from 'kysely'
import type { CarrierId } from '../../contracts/logistics.ts'
import type { PointsApplied, PointsSyncScope } from '../../contracts/pickup-points.ts'
import { snapped } from '../../domain/logistics/distance.ts'
import { isMassClosure, type ListEffect } from '../../domain/logistics/mass-closure.ts'
import type { PickupPoint } from '../../domain/logistics/pickup-point.ts'
import type { Database } from '../database.ts'

/** What an earlier attempt had read goes, and what was left unfinished days ago. */
export async function beginReading(db: Kysely<Database>, syncId: string): Promise<void> {
  await db
    .deleteFrom('pickupPointRead')
    .where((eb) =>
      eb.or([eb('syncId', '=', syncId), eb('readAt', '<', sql<Date>`now() - interval '2 days'`)]),
    )
    .execute()
}

/** A point that comes twice is kept as it came last. */
export async function keepRead(
  db: Kysely<Database>,
  syncId: string,
  points: readonly PickupPoint[],
): Promise<void> {
  const byCode = new Map(points.map((point) => [point.code, { ...point, ...snapped(point) }]))
  if (byCode.size === 0) return
  await db
    .insertInto('pickupPointRead')
    .values([...byCode].map(([code, point]) => ({ syncId, code, point: JSON.stringify(point) })))
    .onConflict((conflict) =>
      conflict
        .columns(['syncId', 'code'])
        .doUpdateSet((eb) => ({ point: eb.ref('excluded.point') })),
    )
    .execute()
}

export type PointsList = {
  syncId: string
  carrier: CarrierId
  scope: PointsSyncScope
  confirmClosure: boolean
}

/**
 * Makes the list that was read the truth, all of it in this transaction or, where it takes too much away, nothing. One list of a
 * carrier at a time. A repetition is told what was decided before.
 */
export async function applyRead(
  trx: Transaction<Database>,
  { syncId, carrier, scope, confirmClosure }: PointsList,
): Promise<PointsApplied> {
  await sql`select pg_advisory_xact_lock(hashtext('pickup-points'), hashtext(${carrier}))`.execute(
    trx,
  )
  const before = await findDecision(trx, { syncId, carrier })
  if (before) return before
  const effect = await effectOf(trx, { syncId, carrier, scope })
  const isHeld = !confirmClosure && isMassClosure(effect)
  const outcome: PointsApplied = isHeld
    ? { outcome: 'held', ...effect }
    : {
        outcome: 'applied',
        ...(await merge(trx, { syncId, carrier, scope })),
        gone: scope === 'full' ? await closeMissing(trx, { syncId, carrier }) : 0,
      }
  await noteSync(trx, carrier, {
    syncId,
    outcome: JSON.stringify(outcome),
    ...(isHeld
      ? { heldAt: new Date(), held: JSON.stringify(effect) }
      : { points: await countOf(trx, carrier), syncedAt: new Date() }),
    ...(!isHeld && scope === 'full' && { fullSyncedAt: new Date(), heldAt: null, held: null }),
  })
  await trx.deleteFrom('pickupPointRead').where('syncId', '=', syncId).execute()
  return outcome
}

async function findDecision(
  trx: Transaction<Database>,
  { syncId, carrier }: Read,
): Promise<PointsApplied | undefined> {
  const found = await trx
    .selectFrom('pickupPointSync')
    .select('outcome')
    .where('carrier', '=', carrier)
    .where('syncId', '=', syncId)
    .executeTakeFirst()
  return found?.outcome ?? undefined
}

async function countOf(trx: Transaction<Database>, carrier: CarrierId): Promise<number> {
  const { points } = await trx
    .selectFrom('pickupPoint')
    .select((eb) => eb.fn.countAll<string>().as('points'))
    .where('carrier', '=', carrier)
    .where('goneAt', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(points)
}

type Read = Pick<PointsList, 'syncId' | 'carrier'>

async function effectOf(
  trx: Transaction<Database>,
  { syncId, carrier, scope }: Omit<PointsList, 'confirmClosure'>,
): Promise<ListEffect> {
  const { rows } = await sql<Record<keyof ListEffect, string>>`
    select count(*) as known,
      count(*) filter (where r.code is null and ${scope === 'full'}) as missing,
      count(*) filter (where p.state <> 'closed' and r.point->>'state' = 'closed') as closing
    from pickup_point p
    left join pickup_point_read r on r.sync_id = ${syncId} and r.code = p.code
    where p.carrier = ${carrier} and p.gone_at is null`.execute(trx)
  const { known, missing, closing } = rows[0]!
  return { known: Number(known), missing: Number(missing), closing: Number(closing) }
}

/** Points whose content is the same keep their version: search hears of changes alone. */
async function merge(
  trx: Transaction<Database>,
  { syncId, carrier, scope }: Omit<PointsList, 'confirmClosure'>,
): Promise<{ created: number; changed: number }> {
  const { rows } = await sql<{ created: string; changed: string }>`
    with list as (
      select r.code, r.point->>'kind' as kind, r.point->>'name' as name,
        r.point->>'cityCode' as city_code, r.point->>'cityName' as city_name,
        (select c.id from city c
          where lower(replace(c.name, 'ё', 'е')) = lower(replace(r.point->>'cityName', 'ё', 'е'))
          order by c.position, c.id limit 1) as city_id,
        r.point->>'address' as address, (r.point->>'lat')::float8 as lat, (r.point->>'lon')::float8 as lon,
        r.point->>'state' as state, r.point->'hours' as hours, r.point->'exceptions' as exceptions,
        r.point->'limits' as limits, r.point->'payment' as payment, (r.point->>'takesBack')::boolean as takes_back
      from pickup_point_read r
      where r.sync_id = ${syncId} and (${scope === 'full'} or exists (
        select from pickup_point p where p.carrier = ${carrier} and p.code = r.code and p.gone_at is null))
    ), merged as (
      insert into pickup_point as p (carrier, code, kind, name, city_code, city_name, city_id, address, lat, lon, state,
        hours, exceptions, limits, payment, takes_back)
      select ${carrier}, code, kind, name, city_code, city_name, city_id, address, lat, lon, state,
        hours, exceptions, limits, payment, takes_back
      from list order by code
      on conflict (carrier, code) do update set
        kind = excluded.kind, name = excluded.name, city_code = excluded.city_code, city_name = excluded.city_name,
        city_id = excluded.city_id, address = excluded.address, lat = excluded.lat, lon = excluded.lon,
        state = excluded.state, hours = excluded.hours, exceptions = excluded.exceptions, limits = excluded.limits,
        payment = excluded.payment, takes_back = excluded.takes_back,
        version = p.version + 1, changed_at = now(), gone_at = null
      where p.gone_at is not null or (p.kind, p.name, p.city_code, p.city_name, p.city_id, p.address, p.lat, p.lon,
          p.state, p.hours, p.exceptions, p.limits, p.payment, p.takes_back)
        is distinct from (excluded.kind, excluded.name, excluded.city_code, excluded.city_name, excluded.city_id,
          excluded.address, excluded.lat, excluded.lon, excluded.state, excluded.hours, excluded.exceptions,
          excluded.limits, excluded.payment, excluded.takes_back)
      returning version
    )
    select count(*) filter (where version = 1) as created, count(*) filter (where version > 1) as changed
    from merged`.execute(trx)
  return { created: Number(rows[0]!.created), changed: Number(rows[0]!.changed) }
}

async function closeMissing(
  trx: Transaction<Database>,
  { syncId, carrier }: Read,
): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable('pickupPoint')
    .set({
      state: 'closed',
      goneAt: sql<Date>`now()`,
      changedAt: sql<Date>`now()`,
      version: sql`version + 1`,
    })
    .where('carrier', '=', carrier)
    .where('goneAt', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('pickupPointRead')
            .select('code')
            .where('syncId', '=', syncId)
            .whereRef('pickupPointRead.code', '=', 'pickupPoint.code'),
        ),
      ),
    )
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

type SyncNote = Omit<Updateable<Database['pickupPointSync']>, 'carrier'>

const noteSync = (trx: Transaction<Database>, carrier: CarrierId, note: SyncNote) =>
  trx
    .insertInto('pickupPointSync')
    .values({ carrier, ...note })
    .onConflict((conflict) => conflict.column('carrier').doUpdateSet(note))
    .execute()

/** How many points of the list are kept. */
export async function countRead(db: Kysely<Database>, syncId: string): Promise<number> {
  const { count } = await db
    .selectFrom('pickupPointRead')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('syncId', '=', syncId)
    .executeTakeFirstOrThrow()
  return Number(count)
}
