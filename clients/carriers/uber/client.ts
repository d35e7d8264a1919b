import { z } from 'zod'
import type { CarrierAccount, CarrierReason } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { jsonOf, maybe, parse, text, word } from '../lenient.ts'
import { throwOnTrouble } from '../trouble.ts'
import { authorised, createTokens } from '../tokens.ts'
import { malformed, Unanswered } from '../unanswered.ts'
import type { Told, Wire } from '../wire.ts'
import { meaningOfError, type UberMeaning } from './errors.ts'
import type { UberSettings } from './settings.ts'

export type UberAsk = {
  method: 'GET' | 'POST'
  /** Below the customer: `/deliveries`. */
  path: string
  query?: Record<string, string | number>
  body?: unknown
}
export type UberProblem = {
  code: string
  message: string
  meaning: UberMeaning
  deliveryId?: string | undefined
}
export type UberTold = { json: unknown; problem?: undefined } | { problem: UberProblem }

export type UberClient = {
  /** What was granted, or why it was not. @throws {Unanswered} where that is not what was answered */
  ask(ask: UberAsk, deadline: Deadline): Promise<UberTold>
}

const problem = z.object({
  code: word.transform((code) => code.toLowerCase()),
  message: maybe(text),
  metadata: maybe(z.object({ delivery_id: maybe(word) })),
})

/** `api.uber.com`, where test credentials make it the sandbox, or a simulator of it. */
export function createUberClient(
  account: CarrierAccount,
  settings: UberSettings,
  wire: Wire,
): UberClient {
  const base = account.baseUrl.replace(/(\/v1)?\/*$/, '')
  const isUber = new URL(base).hostname === 'api.uber.com'
  const tokens = createTokens({
    wire,
    url: new URL(settings.tokenUrl ?? `${isUber ? 'https://auth.uber.com' : base}/oauth/v2/token`),
    form: {
      client_id: account.clientId,
      client_secret: account.clientSecret,
      grant_type: 'client_credentials',
      scope: settings.scope,
    },
  })
  const send = authorised(wire, tokens, ({ status }) => status === 401)
  const customer = `${base}/v1/customers/${encodeURIComponent(account.customerId ?? '')}`

  return {
    async ask({ method, path, query = {}, body }, deadline) {
      const url = new URL(customer + path)
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value))
      const told = await send(
        {
          ...{ method, url },
          headers: {
            accept: 'application/json',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
        deadline,
      )
      return told.status === 200 ? { json: jsonOf(told) } : { problem: problemOf(told) }
    },
  }
}

/** @throws {Unanswered} where it says nothing about what was asked */
function problemOf(told: Told): UberProblem {
  const { status } = told
  if (status < 400 || status === 408 || status === 429) throwOnTrouble(told)
  if (status < 400) throw malformed(`status ${status}`)
  const read = status >= 500 ? readable(told) : parse(problem, jsonOf(told))
  const meaning = read && (status === 409 ? 'duplicate' : meaningOfError(read.code, status))
  if (meaning === 'closed')
    throw new Unanswered({ code: 'credentials', mayHaveArrived: false, detail: read!.code })
  if (meaning === 'busy') throw new Unanswered({ code: 'busy', mayHaveArrived: false })
  if (!read || !meaning || meaning === 'internal') {
    throwOnTrouble(told)
    throw new Unanswered({ code: 'internal', mayHaveArrived: true })
  }
  const { code, message = '', metadata } = read
  return { code, message, meaning, deliveryId: metadata?.delivery_id }
}

/** Of a server in trouble even the words may be broken. */
function readable(told: Told): z.infer<typeof problem> | undefined {
  try {
    return parse(problem, jsonOf(told))
  } catch {
    return undefined
  }
}

export const reasonOf = ({ code, message, meaning }: UberProblem): CarrierReason => ({
  ...{ code, message },
  kind: meaning === 'capacity' || meaning === 'quote-expired' ? meaning : 'permanent',
})
