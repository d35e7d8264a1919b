import { sql, type Kysely } from 'kysely'

/**
 * What becomes of a parcel that its carrier has and that does not come as it was promised: another day for the buyer, and what is
 * due for it. See decision 28.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run(`
    alter table shipment
      add column expected_by timestamptz,
      add column replanned_at timestamptz,
      add column replanned_why text
        check (replanned_why in ('late-predicted', 'late', 'delivery-problem', 'other-point'))`)

  // Somebody asks the carrier.
  await run('alter table human_task drop constraint human_task_kind_check')
  await run(`alter table human_task add constraint human_task_kind_check
    check (kind in ('unsettled-booking', 'cancel-by-phone', 'loose-booking', 'no-carrier', 'point-unavailable', 'not-delivered',
      'taken-back', 'too-late-to-cancel', 'delivery-problem', 'late', 'silent'))`)

  // A ledger: the first entry of a reason is what became due, those after it correct it.
  await run(`
    create table compensation (
      id bigint generated always as identity primary key,
      shipment_id uuid not null,
      attempt_id uuid not null references booking_attempt on delete cascade,
      seller_id bigint not null,
      reason text not null check (reason in ('late', 'lost', 'returned')),
      number int not null check (number >= 1),
      amount_minor bigint not null check (amount_minor <> 0 and (number > 1 or amount_minor > 0)),
      currency text not null check (currency ~ '^[A-Z]{3}$'),
      days_late int,
      created_at timestamptz not null default now(),
      unique (shipment_id, reason, number),
      foreign key (shipment_id, seller_id) references shipment (id, seller_id) on delete cascade
    )`)
  await run('create index compensation_attempt on compensation (attempt_id)')
  await run('alter table compensation enable row level security')
  await run(
    'create policy own on compensation to yarmarka_seller using (seller_id = (select current_seller_id()))',
  )
  await run('create policy everything on compensation to yarmarka_system using (true)')
  await run('grant select on compensation to yarmarka_seller')
  await run('grant select, insert on compensation to yarmarka_system')

  // What a carrier owes: less than nothing.
  await run('alter table cost_entry drop constraint cost_entry_kind_check')
  await run(`alter table cost_entry add constraint cost_entry_kind_check
    check (kind in ('delivery', 'loser', 'cancellation', 'claim'))`)

  await sql`
    create or replace function tracked_shipment(wanted uuid) returns jsonb
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    begin atomic
      select jsonb_build_object(
        'phase', s.phase, 'status', s.status, 'reason', s.reason, 'carrier', s.carrier, 'trackingNumber', s.tracking_number,
        'promiseEarliest', s.promise_earliest, 'promiseLatest', s.promise_latest, 'eta', s.eta,
        'expectedBy', s.expected_by,
        'storedUntil', s.stored_until, 'createdAt', s.created_at, 'bookedAt', s.booked_at, 'endedAt', s.ended_at,
        'updatedAt', s.updated_at, 'orderNumber', o.number, 'shopName', h.name,
        'cityName', c.name, 'cityNameEn', c.name_en, 'timeZone', c.time_zone,
        'pointKind', s.point_kind, 'pointCode', s.point_code,
        'point', (
          select jsonb_build_object('name', p.name, 'address', p.address, 'lat', p.lat, 'lon', p.lon, 'hours', p.hours,
            'state', p.state)
          from pickup_point p where p.carrier = s.point_carrier and p.code = s.point_code),
        'events', (
          select coalesce(jsonb_agg(jsonb_build_object('at', e.occurred_at, 'status', e.status, 'reason', e.reason, 'place', e.place)
            order by e.occurred_at, e.id), '[]')
          from tracking_event e where e.attempt_id = s.live_attempt_id and e.revoked_at is null))
      from shipment s
      join sales_order o on o.id = s.order_id
      join shop h on h.id = s.shop_id
      join city c on c.id = s.city_id
      where s.id = wanted;
    end`.execute(db)
}
