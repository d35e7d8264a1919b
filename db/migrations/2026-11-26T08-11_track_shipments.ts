import { sql, type Kysely } from 'kysely'

/**
 * What the buyer may see of one shipment: a function, since whoever asks has no seller and the tables stay closed. Nothing of
 * losers, nothing of the buyer.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function tracked_shipment(wanted uuid) returns jsonb
    language sql stable security definer set search_path = pg_catalog, public, pg_temp
    begin atomic
      select jsonb_build_object(
        'phase', s.phase, 'status', s.status, 'carrier', s.carrier, 'trackingNumber', s.tracking_number,
        'promiseEarliest', s.promise_earliest, 'promiseLatest', s.promise_latest, 'eta', s.eta,
        'storedUntil', s.stored_until, 'createdAt', s.created_at, 'bookedAt', s.booked_at, 'endedAt', s.ended_at,
        'updatedAt', s.updated_at, 'orderNumber', o.number, 'shopName', h.name,
        'cityName', c.name, 'cityNameEn', c.name_en, 'timeZone', c.time_zone,
        'pointKind', s.point_kind, 'pointCode', s.point_code,
        'point', (
          select jsonb_build_object('name', p.name, 'address', p.address, 'lat', p.lat, 'lon', p.lon, 'hours', p.hours,
            'state', p.state)
          from pickup_point p where p.carrier = s.point_carrier and p.code = s.point_code),
        'events', (
          select coalesce(jsonb_agg(jsonb_build_object('at', e.occurred_at, 'status', e.status, 'place', e.place)
            order by e.occurred_at, e.id), '[]')
          from tracking_event e where e.attempt_id = s.live_attempt_id and e.revoked_at is null))
      from shipment s
      join sales_order o on o.id = s.order_id
      join shop h on h.id = s.shop_id
      join city c on c.id = s.city_id
      where s.id = wanted;
    end`.execute(db)
  await sql`revoke all on function tracked_shipment(uuid) from public`.execute(db)
  await sql`grant execute on function tracked_shipment(uuid) to yarmarka_storefront`.execute(db)
}
