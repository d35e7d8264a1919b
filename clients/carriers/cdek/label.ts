import { z } from 'zod'
import type { BookingKey, LabelAnswer } from '../carrier.ts'
import { pause, type Deadline } from '../deadline.ts'
import { instant, maybe, parse, several, upper, word } from '../lenient.ts'
import { malformed } from '../unanswered.ts'
import { problemsOf, readRegistration, reasonsOf, registration } from './answers.ts'
import { orderOfBooking } from './book.ts'
import type { CdekClient } from './client.ts'
import { meaningOfError } from './errors.ts'
import { throwOnCdekTrouble } from './quote.ts'

const PDF_BYTES = 16 * 1024 * 1024
const FORM = 'tpl_russia'
/** A form that is asked for is usually there after a second or two. */
const WAITS_MS = [300, 700, 1_500]

const form = registration.extend({
  entity: z
    .object({
      uuid: word,
      statuses: several(z.object({ code: upper, date_time: maybe(instant) })),
    })
    .nullish(),
})

/**
 * A form that the order has already is taken, unless it has gone (an hour after it was ready); otherwise one is ordered.
 * It is `pending` until it has been printed.
 */
export async function label(
  client: CdekClient,
  booking: BookingKey,
  deadline: Deadline,
): Promise<LabelAnswer> {
  const found = await orderOfBooking(client, booking, deadline)
  if (found === 'absent' || found === 'never-valid') throw malformed('no such order')
  const known = found.related_entities.findLast(({ type }) => type === 'waybill')
  const answer = known && (await formOf(client, known.uuid, deadline))
  if (answer) return answer

  const ordered = await orderForm(client, found.entity!.uuid, deadline)
  if (ordered === undefined) return { outcome: 'pending' }
  for (const wait of WAITS_MS) {
    if (deadline.leftMs() < 2 * wait) break
    await pause(deadline, wait)
    const ready = await formOf(client, ordered, deadline)
    if (ready?.outcome === 'ready') return ready
  }
  return { outcome: 'pending' }
}

/** Under which number it is printed; `undefined` while the order is too young for it. */
async function orderForm(
  client: CdekClient,
  orderUuid: string,
  deadline: Deadline,
): Promise<string | undefined> {
  const body = { orders: [{ order_uuid: orderUuid }], copy_count: 1, type: FORM }
  const { status, json } = await client.ask(
    { method: 'POST', path: '/v2/print/orders', body },
    deadline,
  )
  const answer = readRegistration(json)
  const [problem] = reasonsOf(status, answer)
  if (problem) {
    throwOnCdekTrouble(problem)
    if (['not-ready', 'in-progress'].includes(meaningOfError(problem.code))) return undefined
    throw malformed(problem.code)
  }
  if (!answer.entity) throw malformed('no number of the form')
  return answer.entity.uuid
}

/** `undefined` where there is none to be had under this number any more. */
async function formOf(
  client: CdekClient,
  uuid: string,
  deadline: Deadline,
): Promise<LabelAnswer | undefined> {
  const path = `/v2/print/orders/${encodeURIComponent(uuid)}`
  const { json } = await client.ask({ method: 'GET', path }, deadline)
  const answer = parse(form, json)
  for (const problem of problemsOf(answer)) throwOnCdekTrouble(problem)
  const codes = new Set(answer.entity?.statuses.map(({ code }) => code))
  if (codes.size === 0 || codes.has('REMOVED') || codes.has('INVALID')) return undefined
  if (!codes.has('READY')) return { outcome: 'pending' }
  const pdf = await client.file(
    { method: 'GET', path: `${path}.pdf`, maxBytes: PDF_BYTES },
    deadline,
  )
  if (pdf.subarray(0, 5).toString('latin1') !== '%PDF-') throw malformed('no PDF')
  return { outcome: 'ready', pdf }
}
