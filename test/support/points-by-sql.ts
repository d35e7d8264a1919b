import { sql, type Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import type { PointsQuestion } from '../../domain/logistics/points-query.ts'

export type PointQuestion = Pick<PointsQuestion, 'near' | 'parcels' | 'kind' | 'limit'>

/** The nearest open points that take the parcels, by looking at every point there is: nothing of it is shared with search. */
export async function pointsBySql(
  db: Kysely<Database>,
  { near, parcels, kind, limit }: PointQuestion,
): Promise<string[]> {
  const { lat, lon, radiusM } = near!
  const { rows } = await sql<{ id: string }>`
    with parcel as (
      select "weightG" as grams, "lengthMm" + "widthMm" + "heightMm" as total,
        greatest("lengthMm", "widthMm", "heightMm") as longest, least("lengthMm", "widthMm", "heightMm") as shortest
      from jsonb_to_recordset(${JSON.stringify(parcels)}::jsonb)
        as x("weightG" int, "lengthMm" int, "widthMm" int, "heightMm" int)
    ), placed as (
      select p.*, 2 * 6371008.7714 * asin(least(1, sqrt((1 - cos(radians(lat) - radians(${lat}::float8))
        + cos(radians(lat)) * cos(radians(${lat}::float8)) * (1 - cos(radians(lon - ${lon}::float8)))) / 2))) as metres
      from pickup_point p
      where gone_at is null and state = 'open' and (${kind ?? null}::text is null or kind = ${kind ?? null})
    )
    select carrier || ':' || code as id from placed
    where metres <= ${radiusM}
      and (select count(*) from parcel) <= coalesce((limits->>'maxParcels')::int, case kind when 'locker' then 1 else 99999 end)
      and (select sum(grams) from parcel) <= coalesce((limits->>'maxShipmentWeightG')::float8, 1e12)
      and not exists (select from parcel where grams > coalesce((limits->>'maxWeightG')::float8, 1e12)
        or total > coalesce((limits->>'maxSumMm')::float8, 1e12)
        or (jsonb_array_length(coalesce(limits->'cells', '[]')) > 0 and not exists (
          select from jsonb_to_recordset(limits->'cells') as c("lengthMm" int, "widthMm" int, "heightMm" int)
          where longest <= greatest(c."lengthMm", c."widthMm", c."heightMm")
            and shortest <= least(c."lengthMm", c."widthMm", c."heightMm")
            and total - longest - shortest <= c."lengthMm" + c."widthMm" + c."heightMm"
              - greatest(c."lengthMm", c."widthMm", c."heightMm") - least(c."lengthMm", c."widthMm", c."heightMm"))))
    order by metres, carrier collate "C", code collate "C" limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}
