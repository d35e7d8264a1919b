import { z } from 'zod'
import {
  amount,
  dueBy,
  expectedBy,
  instant,
  many,
  maybe,
  parse,
  quantity,
  several,
  text,
  upper,
  uuid,
  word,
  yes,
} from '../lenient.ts'
import { malformed } from '../unanswered.ts'

/** A day that is planned is told without a zone: it is taken for one of Moscow's. */
const MOSCOW = '+03:00'

const problem = z.object({
  /** In older deployments in upper case. */
  code: word.transform((code) => code.toLowerCase()),
  message: maybe(text),
})
export type CdekProblem = z.infer<typeof problem>

const request = z.object({
  type: upper,
  state: upper,
  date_time: maybe(instant),
  errors: many(problem),
  warnings: several(problem),
})
export type CdekRequest = z.infer<typeof request>

const related = z.object({ type: word, uuid })

const envelope = {
  requests: many(request),
  related_entities: several(related),
  errors: many(problem),
  warnings: several(problem),
  /** The shape of OAuth and of the gateway before the API. */
  error: maybe(word),
  message: maybe(text),
}

export const registration = z.object({
  entity: z.object({ uuid }).nullish(),
  ...envelope,
})
export type CdekRegistration = z.infer<typeof registration>

const status = z.object({
  /** A documented example ends in a space. */
  code: upper,
  date_time: instant,
  reason_code: maybe(word),
  city: maybe(text),
  deleted: yes.nullish(),
})
export type CdekStatus = z.infer<typeof status>

export const orderInfo = z.object({
  entity: z
    .object({
      uuid,
      number: maybe(word),
      delivery_point: maybe(word),
      cdek_number: word.refine((value) => /^\d+$/.test(value)).nullish(),
      is_return: maybe(yes),
      is_reverse: maybe(yes),
      statuses: many(status),
      planned_delivery_date: maybe(expectedBy(MOSCOW)),
      keep_free_until: maybe(dueBy(MOSCOW)),
      delivery_problem: several(z.object({ code: word, create_date: instant })),
      delivery_detail: maybe(z.object({ total_sum: amount })),
    })
    .nullish(),
  ...envelope,
})
export type CdekOrderInfo = z.infer<typeof orderInfo>
export type CdekOrder = NonNullable<CdekOrderInfo['entity']>

export const tariffList = z.object({
  tariff_codes: several(
    z.object({
      tariff_code: quantity,
      tariff_name: text,
      delivery_mode: quantity,
      delivery_sum: amount,
      period_min: amount,
      period_max: amount,
      calendar_min: maybe(amount),
      calendar_max: maybe(amount),
    }),
  ),
  ...envelope,
})

type Envelope = Pick<CdekRegistration, 'requests' | 'errors' | 'error' | 'message'>

/** `requests` accumulates: the last of its kind counts, wherever it stands. */
export const newest = (requests: readonly CdekRequest[], type: string): CdekRequest | undefined =>
  requests
    .filter((one) => one.type === type)
    .reduce<CdekRequest | undefined>(
      (best, one) => (best && (one.date_time ?? '') < (best.date_time ?? '') ? best : one),
      undefined,
    )

/** `deleted` can undo even an end: the newest of those that stand counts. */
export const currentStatus = (statuses: readonly CdekStatus[]): CdekStatus | undefined =>
  statuses
    .filter(({ deleted }) => !deleted)
    .reduce<CdekStatus | undefined>(
      (best, one) => (best && one.date_time < best.date_time ? best : one),
      undefined,
    )

/** What was removed may live again: its REMOVED is taken back then, or something newer stands. */
export function isRemoved({ entity, requests }: CdekOrderInfo): boolean {
  const statuses = entity?.statuses ?? []
  const now = currentStatus(statuses)
  if (now?.code === 'REMOVED') return true
  const deletion = newest(requests, 'DELETE')
  if (deletion?.state !== 'SUCCESSFUL') return false
  const isTakenBack = statuses.some(({ code, deleted }) => code === 'REMOVED' && deleted)
  return !isTakenBack && (now?.date_time ?? '') <= (deletion.date_time ?? '')
}

/** Everything that is called an error, in each of the shapes that CDEK has for it. */
export const problemsOf = ({ errors, error, message, requests }: Envelope): CdekProblem[] => [
  ...errors,
  ...requests.filter(({ state }) => state === 'INVALID').flatMap((one) => one.errors),
  ...(error ? [{ code: error.toLowerCase(), message }] : []),
]

/** @throws {Unanswered} `malformed`: a refusal without a reason may be anything, a duplicate too */
export function reasonsOf(status: number, answer: Envelope): CdekProblem[] {
  const problems = problemsOf(answer)
  if (status >= 400 && problems.length === 0) throw malformed(`${status} without an error`)
  return problems
}

export const readRegistration = (json: unknown) => parse(registration, json)
export const readOrder = (json: unknown) => parse(orderInfo, json)
