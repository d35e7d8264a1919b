import { sql, type Kysely } from 'kysely'
import type { CarrierId } from '../../contracts/logistics.ts'
import type { Calendar } from '../../domain/logistics/calendar.ts'
import {
  DEFAULT_TERMS,
  mergeTerms,
  SLA_VERSION,
  type FrozenTerms,
} from '../../domain/logistics/sla.ts'
import { DEFAULT_WEIGHTS, type Weights } from '../../domain/logistics/weights.ts'
import type { Database } from '../database.ts'

export type SlaPolicies = { version: number; terms: FrozenTerms }

/** The newest version of each: the seller's own before everybody's, a tariff's before a carrier's. */
export async function findSlaPolicies(
  db: Kysely<Database>,
  sellerId: string,
): Promise<SlaPolicies> {
  const rows = await db
    .selectFrom('slaPolicy')
    .distinctOn(['tariff'])
    .select(['tariff', 'version', 'terms'])
    .where((where) => where.or([where('sellerId', '=', sellerId), where('sellerId', 'is', null)]))
    .orderBy('tariff')
    .orderBy('sellerId', (order) => order.asc().nullsLast())
    .orderBy('version', 'desc')
    .execute()
  const byTariff = new Map(rows.map((row) => [row.tariff, row]))
  const general = byTariff.get('')
  byTariff.delete('')
  const terms = mergeTerms(DEFAULT_TERMS, general?.terms)
  const ofTariffs = [...byTariff].map(
    ([tariff, own]) => [tariff, mergeTerms(terms, own.terms)] as const,
  )
  return {
    version: general?.version ?? SLA_VERSION,
    terms: { ...terms, byTariff: Object.fromEntries(ofTariffs) },
  }
}

export type ChoicePolicy = {
  weights: Weights
  carriers?: CarrierId[]
  maxPriceMinor?: number
}

export async function findChoicePolicy(
  db: Kysely<Database>,
  sellerId: string,
): Promise<ChoicePolicy> {
  const row = await db
    .selectFrom('choicePolicy')
    .selectAll()
    .where((where) => where.or([where('sellerId', '=', sellerId), where('sellerId', 'is', null)]))
    .orderBy('sellerId', (order) => order.asc().nullsLast())
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return {
    weights: { ...DEFAULT_WEIGHTS, ...row?.weights },
    ...(row?.carriers && { carriers: row.carriers }),
    ...(row?.maxPriceMinor && { maxPriceMinor: Number(row.maxPriceMinor) }),
  }
}

export type CarrierCalendar = {
  cutoff: string
  pickup: Calendar
  transit: Calendar
  delivery: Calendar
}
export type Calendars = {
  /** Official working days. */
  working: Calendar
  /** Of a warehouse, by its days of the week. */
  of(days: readonly number[]): Calendar
  carrier(carrier: CarrierId, service: string): CarrierCalendar
}

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
const WORKING_DAYS = [1, 2, 3, 4, 5]

export async function findCalendars(db: Kysely<Database>, countryCode: string): Promise<Calendars> {
  const [rows, { rows: days }] = await Promise.all([
    db.selectFrom('carrierCalendar').selectAll().execute(),
    sql<{ day: string; isWorking: boolean }>`
      select day::text as day, is_working from calendar_day
      where country_code = ${countryCode} and day >= current_date - 90`.execute(db),
  ])
  const exceptions = new Map(days.map(({ day, isWorking }) => [day, isWorking]))
  const of = (worked: readonly number[]): Calendar => ({
    days: worked,
    // Who works every day works on holidays too.
    exceptions: worked.length === EVERY_DAY.length ? new Map() : exceptions,
  })
  return {
    working: { days: WORKING_DAYS, exceptions },
    of,
    carrier(carrier, service) {
      const ofCarrier = rows.filter((row) => row.carrier === carrier)
      const row =
        ofCarrier.find((row) => row.service === service) ??
        ofCarrier.find((row) => row.service === '')
      return {
        cutoff: row?.cutoff ?? '17:00',
        pickup: of(row?.pickupDays ?? WORKING_DAYS),
        transit: of(row?.transitDays ?? EVERY_DAY),
        delivery: of(row?.deliveryDays ?? EVERY_DAY),
      }
    },
  }
}
