import { z } from 'zod'
import type { BookingKey, LabelAnswer } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { maybe, parse, word } from '../lenient.ts'
import { malformed } from '../unanswered.ts'
import { DpdFault, type DpdClient } from './client.ts'
import { refusalOf } from './quote.ts'

const LABEL_BYTES = 16 * 1024 * 1024
const answered = z.object({ return: z.object({ file: maybe(word) }).nullish() })

/** `pending` while there is no order with a number yet. */
export async function label(
  client: DpdClient,
  { carrierId, parcelCount = 1 }: BookingKey,
  deadline: Deadline,
): Promise<LabelAnswer> {
  if (!carrierId) return { outcome: 'pending' }
  const args = {
    getLabelFile: {
      auth: client.auth,
      ...{ fileFormat: 'PDF', pageSize: 'A6' },
      order: [{ orderNum: carrierId, parcelsNumber: parcelCount }],
    },
  }
  const answer = await client
    .call('label-print', 'createLabelFile', args, { deadline, maxBytes: LABEL_BYTES })
    .catch(refusalOf)
  if (answer instanceof DpdFault) throw malformed(answer.code)
  const file = parse(answered, answer).return?.file
  const pdf = Buffer.from(file ?? '', 'base64')
  if (pdf.subarray(0, 5).toString('latin1') !== '%PDF-') throw malformed('no PDF')
  return { outcome: 'ready', pdf }
}
