import type { ColumnType, GeneratedAlways } from 'kysely'

/** bigint travels as a string: ids stay opaque, nothing is rounded. */
export type Id = string
export type GeneratedId = GeneratedAlways<Id>
export type Instant = ColumnType<Date, Date | string | undefined, Date | string>
export type OptionalInstant = ColumnType<
  Date | null,
  Date | string | null | undefined,
  Date | string | null
>
export type Count = ColumnType<string, string | number | undefined, string | number>
export type Amount = ColumnType<string, string | number, string | number>
export type OptionalAmount = ColumnType<
  string | null,
  string | number | null | undefined,
  string | number | null
>
