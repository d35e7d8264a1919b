import { createHmac, timingSafeEqual } from 'node:crypto'
import { uuidOf } from './random.ts'
import type { World } from './world.ts'

export type Claims = { account: string; exp: number; jti: string }
export type Verdict = { verdict: 'good'; claims: Claims } | { verdict: 'expired' | 'bad' | 'none' }

/**
 * Bearer tokens (JWT, HS256) that are good for so many seconds of the carrier's time, also over a restart. Everybody is let
 * in whose secret is his name: `sim` with `sim`, and any other for more contracts.
 */
export function createTokens(
  world: World,
  { issuer, lifeSeconds }: { issuer: string; lifeSeconds: number },
) {
  const key = `${world.seed} ${issuer}`
  const sign = (text: string) => createHmac('sha256', key).update(text).digest('base64url')
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  /** Checking a signature costs more than all else of a request. */
  const known = new Map<string, Claims>()

  return {
    issue(account: string, scope: string) {
      const jti = uuidOf(world.seed, issuer, world.store.next(`${issuer}-token`))
      const exp = Math.floor(world.clock.now() / 1000) + lifeSeconds
      const head = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ account, scope, exp, jti })}`
      return {
        ...{ access_token: `${head}.${sign(head)}`, token_type: 'bearer' },
        ...{ expires_in: lifeSeconds - 1, scope, jti },
      }
    },
    check(header: string | undefined): Verdict {
      if (!header) return { verdict: 'none' }
      const [, token = ''] = /^Bearer (\S+)$/i.exec(header) ?? []
      const claims = known.get(token) ?? read(token)
      if (!claims) return { verdict: 'bad' }
      if (known.size > 10_000) known.clear()
      known.set(token, claims)
      if (claims.exp * 1000 <= world.clock.now()) return { verdict: 'expired' }
      return { verdict: 'good', claims }
    },
  }

  function read(token: string): Claims | undefined {
    const at = token.lastIndexOf('.')
    const [head, signature] = [token.slice(0, at), token.slice(at + 1)]
    const [given, wanted] = [Buffer.from(signature), Buffer.from(sign(head))]
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined
    return JSON.parse(Buffer.from(head.split('.')[1]!, 'base64url').toString()) as Claims
  }
}

/** Empty where they are not given. */
export type Credentials = {
  clientId: string
  clientSecret: string
  grantType: string
  scope: string
}

/** From the query, a form or a JSON body, wherever they are. */
export function readCredentials(query: Record<string, string>, body: string): Credentials {
  let given: Record<string, unknown> = query
  if (body.startsWith('{')) given = { ...query, ...tryJson(body) }
  else if (body) given = { ...query, ...Object.fromEntries(new URLSearchParams(body)) }
  const text = (name: string) => (typeof given[name] === 'string' ? given[name] : '')
  return {
    clientId: text('client_id'),
    clientSecret: text('client_secret'),
    grantType: text('grant_type'),
    scope: text('scope'),
  }
}

function tryJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

export const isLetIn = ({ clientId, clientSecret }: Credentials): boolean =>
  !!clientId && clientId === clientSecret
