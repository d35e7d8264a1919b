import { z } from '@hono/zod-openapi'
import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../db/database.ts'
import {
  claimIdempotencyKey,
  extendClaim,
  keepAnswer,
  releaseClaim,
  type KeptAnswer,
} from '../db/idempotency.ts'
import { asSeller } from '../db/tenancy.ts'
import { Problem } from './problem.ts'

export const IdempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .openapi({
      description: 'Makes a repetition harmless: for 24 hours the same key gives the first answer.',
    }),
})

export type Idempotent<Answer> = {
  sellerId: string
  /** Without one the work is simply done. */
  key: string | undefined
  /** Does the work and calls `keep` in its transaction. What it throws frees the key. */
  first: (keep: Keep) => Promise<Answer>
  /** Answers from what was kept, after `sameRequest`. */
  again: (kept: KeptAnswer) => Answer | Promise<Answer>
}

export type Keep = (trx: Transaction<Database>, answer: KeptAnswer) => Promise<void>

const EXTEND_EVERY_MS = 20_000

/**
 * Does the work once for a key. A repetition gets the first answer, or 409 while the first is at work; the claim of a
 * process that died is free within a minute. `seller` is connected as that role.
 */
export async function idempotently<Answer>(
  seller: Kysely<Database>,
  { sellerId, key, first, again }: Idempotent<Answer>,
): Promise<Answer> {
  if (key === undefined) return first(async () => {})

  const inTransaction = <T>(work: (trx: Transaction<Database>) => Promise<T>) =>
    asSeller(seller, sellerId, work)
  const claimed = await inTransaction((trx) => claimIdempotencyKey(trx, { sellerId, key }))
  if (claimed.outcome === 'answered') return again(claimed.answer)
  if (claimed.outcome === 'in-progress') throw inProgress()

  let { claim } = claimed
  let extending = Promise.resolve()
  const extend = async () => {
    claim = (await inTransaction((trx) => extendClaim(trx, claim))) ?? claim
  }
  const timer = setInterval(() => {
    extending = extending.then(extend).catch(() => {})
  }, EXTEND_EVERY_MS)
  try {
    return await first(async (trx, answer) => {
      clearInterval(timer)
      await extending
      if (!(await keepAnswer(trx, claim, answer))) throw inProgress()
    })
  } catch (error) {
    await inTransaction((trx) => releaseClaim(trx, claim)).catch(() => {})
    throw error
  } finally {
    clearInterval(timer)
  }
}

/** @throws {Problem} `idempotency-mismatch` when the key was used for something else */
export function sameRequest(kept: KeptAnswer, fingerprint: string): KeptAnswer {
  if (kept.fingerprint === fingerprint) return kept
  throw new Problem('idempotency-mismatch')
}

const inProgress = () => new Problem('idempotency-in-progress', { headers: { 'Retry-After': '1' } })
