import { z } from 'zod'
import { malformed } from './unanswered.ts'
import type { Told } from './wire.ts'

/** Text, or a number that stands for it; spaces around it are of no meaning. PostgreSQL keeps no U+0000. */
export const text = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).replaceAll('\0', '').trim())
/** Text that says something. */
export const word = text.refine((value) => value.length > 0)
/** Codes come in any case: they are compared in one. */
export const upper = word.transform((value) => value.toUpperCase())
/** A UUID as everybody writes it: an id that differs in anything is another one. */
export const uuid = z.guid().refine((value) => value === value.toLowerCase())
/** A number, or text that is one. */
export const quantity = z
  .union([z.number(), z.string().trim().min(1).transform(Number)])
  .refine(Number.isFinite)
/** Of rubles, or of days: nothing here costs a billion, or less than nothing. */
export const amount = quantity.refine((value) => value >= 0 && value < 1e9)
export const yes = z.union([
  z.boolean(),
  z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1'),
])

/** An instant as ISO 8601 in UTC. It must say its offset, `+0300` without the colon too. */
export const instant = word.transform((value, context) => {
  const found = instantOf(value)
  if (found !== undefined) return found
  context.addIssue('not an instant')
  return z.NEVER
})
export function instantOf(value: string): string | undefined {
  const [, local, offset] = /^(\d{4}-\d\d-\d\dT[\d:.]+?)(Z|[+-]\d\d:?\d\d)$/.exec(value) ?? []
  if (!local || !offset) return undefined
  const ms = Date.parse(local + offset.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2'))
  return ms >= EARLIEST_MS && ms < LATEST_MS ? new Date(ms).toISOString() : undefined
}
/** Nothing is carried before or after. */
const [EARLIEST_MS, LATEST_MS] = [Date.UTC(2000), Date.UTC(2100)]

/** Until when something is kept, as ISO 8601 in UTC: an instant, or the end of a day; without an offset at this one, `+03:00`. */
export const dueBy = (offset: string) =>
  word.transform((value, context) => {
    const day = /^(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:?\d\d)?$/.exec(value)?.[1]
    const found = day
      ? instantOf(`${day}T23:59:59${offset}`)
      : (instantOf(value) ?? instantOf(value + offset))
    if (found !== undefined) return found
    context.addIssue('not an instant')
    return z.NEVER
  })

/**
 * When it is expected where it goes: an instant, as ISO 8601 in UTC, or a day on the calendar of that place, `2026-12-01`, which has
 * no hour nor zone of its own. An instant without an offset is at this one.
 */
export const expectedBy = (offset: string) =>
  word.transform((value, context) => {
    const day = /^(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:?\d\d)?$/.exec(value)?.[1]
    const found = day ? dayOf(day) : (instantOf(value) ?? instantOf(value + offset))
    if (found !== undefined) return found
    context.addIssue('neither a day nor an instant')
    return z.NEVER
  })

/** Some parsers take the 30th of February for a day in March. */
const dayOf = (day: string) =>
  instantOf(`${day}T00:00:00Z`)?.slice(0, 10) === day ? day : undefined

/** What can be done without: absent where it makes no sense. */
export const maybe = <T>(schema: z.ZodType<T>): z.ZodType<T | undefined> =>
  schema
    .nullish()
    .catch(undefined)
    .transform((value) => value ?? undefined)

/** None, one, or several: all of them must make sense. */
export const many = <T>(schema: z.ZodType<T>): z.ZodType<T[]> =>
  z.preprocess(
    (value) => (value === undefined || value === null ? [] : [value].flat()),
    z.array(schema),
  )

/** None, one, or several: those that make sense. */
export const several = <T>(schema: z.ZodType<T>): z.ZodType<T[]> =>
  z.preprocess(
    (value) =>
      (value === undefined || value === null ? [] : [value].flat()).flatMap((one) => {
        const parsed = schema.safeParse(one)
        return parsed.success ? [parsed.data] : []
      }),
    z.array(z.custom<T>(() => true)),
  )

/** @throws {Unanswered} `malformed`, naming fields and never what is in them */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues
    .slice(0, 3)
    .map(({ path, code }) => `${path.join('.')} ${code}`)
  throw malformed(fields.join(', '))
}

/** @throws {Unanswered} `malformed` */
export function jsonOf({ bytes }: Pick<Told, 'bytes'>): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    // Its message quotes what could not be read, which may be a name or an address.
    throw malformed('no JSON')
  }
}
