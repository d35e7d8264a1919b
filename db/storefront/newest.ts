import { sql } from 'kysely'

/** Where a page of rows ended whose newest come first: microseconds since 1970, which a JavaScript date would round. */
export type Newest = { createdAtMicros: string; id: string }

export const createdAtMicros = sql<string>`(extract(epoch from created_at) * 1000000)::bigint`

export const olderThan = ({ createdAtMicros, id }: Newest) => {
  const at = sql`'epoch'::timestamptz + ${createdAtMicros}::bigint * interval '1 microsecond'`
  return sql<boolean>`(created_at < ${at} or created_at = ${at} and id > ${id}::uuid)`
}
