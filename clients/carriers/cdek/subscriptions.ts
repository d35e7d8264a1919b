import { z } from 'zod'
import type { Deadline } from '../deadline.ts'
import { several, upper, word } from '../lenient.ts'
import { malformed } from '../unanswered.ts'
import { readRegistration, reasonsOf } from './answers.ts'
import type { CdekClient } from './client.ts'

/** The most important first: a client has two subscriptions unless more were agreed on. */
const TYPES = ['ORDER_STATUS', 'DELIV_PROBLEM', 'ORDER_MODIFIED', 'OFFICE_AVAILABILITY']

const subscriptions = several(z.object({ uuid: word, type: upper, url: word }))

/**
 * Makes the subscriptions of `url` be exactly those above. CDEK switches off what does not answer, and adds a second one
 * for the same when asked twice: run it again and again. Those of other addresses are left alone.
 * @throws {Unanswered}
 */
export async function reconcileSubscriptions(
  client: CdekClient,
  url: string,
  deadline: Deadline,
): Promise<{ refused: string[] }> {
  const { status, json } = await client.ask({ method: 'GET', path: '/v2/webhooks' }, deadline)
  if (status !== 200 || !Array.isArray(json)) throw malformed('no list of subscriptions')

  const kept = new Set<string>()
  for (const { uuid, type, url: where } of subscriptions.parse(json)) {
    if (where !== url) continue
    if (TYPES.includes(type) && !kept.has(type)) {
      kept.add(type)
      continue
    }
    const path = `/v2/webhooks/${encodeURIComponent(uuid)}`
    await client.ask({ method: 'DELETE', path }, deadline)
  }

  const refused: string[] = []
  for (const type of TYPES.filter((wanted) => !kept.has(wanted))) {
    const ask = { method: 'POST', path: '/v2/webhooks', body: { type, url } } as const
    const told = await client.ask(ask, deadline)
    if (reasonsOf(told.status, readRegistration(told.json)).length > 0) refused.push(type)
  }
  return { refused }
}
