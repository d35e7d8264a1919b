import { z } from 'zod'
import { startDeadline, within, type Deadline } from './deadline.ts'
import { jsonOf, parse, quantity, word } from './lenient.ts'
import { throwOnTrouble } from './trouble.ts'
import { beforehand, Unanswered } from './unanswered.ts'
import type { Ask, Told, Wire } from './wire.ts'

export type TokenOptions = {
  wire: Wire
  url: URL
  /** `client_id`, `client_secret`, `grant_type` … */
  form: Record<string, string>
}

export type Tokens = {
  /** Asked for once, however many wait for it. @throws {Unanswered} */
  get(deadline: Deadline): Promise<string>
  /** It was refused; the next `get` asks for another. */
  drop(token: string): void
}

/** Used no longer than so long before its end. */
const MARGIN_MS = 60_000
const REQUEST_MS = 10_000
/** Whom it does not let in, the carrier is not asked again for so long: it counts how often it is asked for tokens. */
const REFUSED_MS = 10_000

/** It goes into a header. */
const token = word.refine((value) => /^[\x21-\x7e]+$/.test(value))
const granted = z.object({ access_token: token, expires_in: quantity })

/** OAuth 2.0, client credentials (RFC 6749 §4.4). */
export function createTokens({ wire, url, form }: TokenOptions): Tokens {
  let held: { token: string; until: number } | undefined
  let asking: Promise<string> | undefined
  let refusedUntil = -Infinity

  async function request(): Promise<string> {
    const told = await wire(
      {
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: new URLSearchParams(form).toString(),
      },
      startDeadline({}, REQUEST_MS),
    )
    throwOnTrouble(told)
    if (told.status >= 400) {
      refusedUntil = performance.now() + REFUSED_MS
      throw refused()
    }
    const { access_token: text, expires_in: seconds } = parse(granted, jsonOf(told))
    const lifetimeMs = seconds * 1000
    held = {
      token: text,
      until: performance.now() + Math.max(lifetimeMs - MARGIN_MS, lifetimeMs / 2),
    }
    return text
  }

  return {
    async get(deadline) {
      if (held && performance.now() < held.until) return held.token
      if (performance.now() < refusedUntil) throw refused()
      asking ??= beforehand(request()).finally(() => (asking = undefined))
      return within(deadline, asking)
    },
    drop(token) {
      if (held?.token === token) held = undefined
    },
  }
}

/** Sends with a token, and once more with a new one where it was refused. */
export const authorised =
  (wire: Wire, tokens: Tokens, isRefused: (told: Told) => boolean): Wire =>
  async (ask: Ask, deadline) => {
    for (const isLast of [false, true]) {
      const token = await tokens.get(deadline)
      const told = await wire(
        { ...ask, headers: { ...ask.headers, authorization: `Bearer ${token}` } },
        deadline,
      )
      if (!isRefused(told)) return told
      tokens.drop(token)
      if (isLast) break
    }
    throw refused()
  }

const refused = () => new Unanswered({ code: 'credentials', mayHaveArrived: false })
