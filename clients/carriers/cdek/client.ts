import type { CarrierAccount } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { jsonOf } from '../lenient.ts'
import { throwOnTrouble } from '../trouble.ts'
import { authorised, createTokens } from '../tokens.ts'
import { Unanswered } from '../unanswered.ts'
import type { Told, Wire } from '../wire.ts'

export type CdekAsk = {
  method: 'GET' | 'POST' | 'DELETE'
  /** Below the base URL: `/v2/orders`. */
  path: string
  query?: Record<string, string | number | undefined>
  body?: unknown
  maxBytes?: number
}
export type CdekTold = { status: number; headers: Record<string, string>; json: unknown }

export type CdekClient = {
  /** 2xx and 4xx; both carry CDEK's own words. @throws {Unanswered} */
  ask(ask: CdekAsk, deadline: Deadline): Promise<CdekTold>
  /** @throws {Unanswered} for anything but a file */
  file(ask: CdekAsk, deadline: Deadline): Promise<Buffer>
}

/** `api.cdek.ru`, its test contour `api.edu.cdek.ru`, or a simulator of them. */
export function createCdekClient(account: CarrierAccount, wire: Wire): CdekClient {
  const tokens = createTokens({
    wire,
    url: urlOf('/v2/oauth/token'),
    form: {
      grant_type: 'client_credentials',
      client_id: account.clientId,
      client_secret: account.clientSecret,
    },
  })
  const send = authorised(wire, tokens, isRefused)

  function urlOf(path: string, query: CdekAsk['query'] = {}): URL {
    const url = new URL(account.baseUrl.replace(/\/+$/, '') + path)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value))
    return url
  }

  async function told(
    { method, path, query, body, maxBytes }: CdekAsk,
    deadline: Deadline,
  ): Promise<Told> {
    const answer = await send(
      {
        ...{ method, url: urlOf(path, query) },
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(maxBytes === undefined ? {} : { maxBytes }),
      },
      deadline,
    )
    throwOnTrouble(answer)
    if (answer.status === 403) throw new Unanswered({ code: 'credentials', mayHaveArrived: false })
    return answer
  }

  return {
    async ask(ask, deadline) {
      const answer = await told(ask, deadline)
      return { status: answer.status, headers: answer.headers, json: jsonOf(answer) }
    },
    async file(ask, deadline) {
      const { status, bytes } = await told(ask, deadline)
      if (status === 200) return bytes
      throw new Unanswered({ code: `http-${status}`, mayHaveArrived: true })
    },
  }
}

/** The specification does not say with which status an expired token is refused; 401 has been seen. */
const isRefused = ({ status, bytes }: Told) =>
  status === 401 ||
  (status >= 400 && status < 500 && REFUSED.test(bytes.subarray(0, 2_000).toString('latin1')))
const REFUSED = /v2_token_expired|v2_authorization_incorrect/i
