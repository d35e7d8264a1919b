import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { TrackingEvent, WebhookAnswer } from '../carrier.ts'
import { instant, maybe, several, text, upper, word, yes } from '../lenient.ts'
import { eventOfProblem, eventOfStatus } from './track.ts'

const MAX_BYTES = 256 * 1024

const envelope = z.object({ type: upper, date_time: instant, uuid: maybe(word) })
const statusChange = z.object({
  uuid: word,
  attributes: z.object({
    is_return: maybe(yes),
    is_reverse: maybe(yes),
    number: maybe(word),
    code: upper,
    status_reason_code: maybe(word),
    status_date_time: instant,
    city_name: maybe(text),
    /** In an older shape. */
    city: maybe(text),
    deleted: maybe(yes),
    related_entities: several(z.object({ type: word, uuid: word })),
  }),
})
const problem = z.object({
  uuid: word,
  attributes: z.object({ number: maybe(word), code: word, create_date: maybe(instant) }),
})
const modification = z.object({
  uuid: word,
  attributes: z.object({ number: maybe(word), modification_type: upper }),
})
const availability = z.object({ attributes: z.object({ type: maybe(upper), code: word }) })

/**
 * CDEK signs nothing: what is told is a hint, to be read again at CDEK. Its address must be hard to guess. Types that say
 * nothing of a delivery are ignored.
 */
export function parseWebhook(raw: Uint8Array): WebhookAnswer {
  const json = raw.length <= MAX_BYTES ? parsed(raw) : undefined
  const head = envelope.safeParse(json)
  if (!head.success) return { outcome: 'ignored', why: 'malformed' }
  const { type, date_time: toldAt } = head.data
  switch (type) {
    case 'ORDER_STATUS':
      return ofStatus(statusChange.safeParse(json))
    case 'DELIV_PROBLEM':
      return ofProblem(problem.safeParse(json), toldAt)
    case 'ORDER_MODIFIED':
      return ofModification(modification.safeParse(json), toldAt)
    case 'OFFICE_AVAILABILITY':
      return ofAvailability(availability.safeParse(json), json, toldAt)
    default:
      return { outcome: 'ignored', why: type.slice(0, 40).toLowerCase() }
  }
}

type Parsed<T> = z.ZodSafeParseResult<T>
const malformed: WebhookAnswer = { outcome: 'ignored', why: 'malformed' }

function ofStatus(answer: Parsed<z.infer<typeof statusChange>>): WebhookAnswer {
  if (!answer.success) return malformed
  const { uuid, attributes } = answer.data
  const { code, status_date_time: at, deleted } = attributes
  const event = eventOfStatus(
    {
      ...{ code, date_time: at, reason_code: attributes.status_reason_code, deleted },
      city: attributes.city_name ?? attributes.city,
    },
    attributes.is_return === true || attributes.is_reverse === true,
  )
  const id = digest('ORDER_STATUS', uuid, code, at, String(deleted ?? false))
  // What brings the goods back is an order of its own: told is the one that was booked.
  const direct = attributes.related_entities.find(({ type }) => type === 'direct_order')
  return told(id, direct?.uuid ?? uuid, attributes.number, [event])
}

function ofProblem(answer: Parsed<z.infer<typeof problem>>, toldAt: string): WebhookAnswer {
  if (!answer.success) return malformed
  const { uuid, attributes } = answer.data
  const at = attributes.create_date ?? toldAt
  const id = digest('DELIV_PROBLEM', uuid, attributes.code, at)
  return told(id, uuid, attributes.number, [eventOfProblem(attributes.code, at)])
}

function ofModification(
  answer: Parsed<z.infer<typeof modification>>,
  toldAt: string,
): WebhookAnswer {
  if (!answer.success) return malformed
  const { uuid, attributes } = answer.data
  const id = digest('ORDER_MODIFIED', uuid, attributes.modification_type, toldAt)
  return told(id, uuid, attributes.number, [])
}

/** Where the kind of the change stands is not shown by the vendor: in the attributes, or beside them. */
function ofAvailability(
  answer: Parsed<z.infer<typeof availability>>,
  json: unknown,
  toldAt: string,
): WebhookAnswer {
  if (!answer.success) return malformed
  const { code } = answer.data.attributes
  const isClosed = JSON.stringify(json).toUpperCase().includes('UNAVAILABLE_OFFICE')
  const id = digest('OFFICE_AVAILABILITY', code, String(isClosed), toldAt)
  return { outcome: 'point-changed', id, code, state: isClosed ? 'closed' : 'open' }
}

const told = (
  id: string,
  carrierId: string,
  reference: string | undefined,
  events: TrackingEvent[],
): WebhookAnswer => ({
  ...{ outcome: 'told', id, carrierId, isHint: true, events },
  ...(reference ? { reference } : {}),
})

/** They have no number of their own. */
const digest = (...parts: string[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex')

function parsed(raw: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(raw).toString('utf8'))
  } catch {
    return undefined
  }
}
