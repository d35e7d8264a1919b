import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Logger } from '../../clients/logger.ts'
import type { SecretBox } from '../../clients/secret-box.ts'
import type { Database } from '../../db/database.ts'
import { listWebhookAccounts } from '../../db/logistics/carrier-webhooks.ts'
import { digestOf } from '../digest.ts'
import { steady } from '../storefront/remembering.ts'
import { fieldOf } from './field-of.ts'

export type WebhookAccountsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  secrets: Pick<SecretBox, 'open'>
  log: Pick<Logger, 'warn'>
}

/** A new contract is known within so long. */
const REMEMBER_MS = 5_000

/** Finds the contract that a call from a carrier belongs to, by what only that carrier knows. */
export function webhookAccounts({ system, secrets, log }: WebhookAccountsDeps) {
  /** One account whose key cannot be opened silences no other. */
  const open = (id: string, sealed: string): string | undefined => {
    try {
      // The owner under which carrier accounts are sealed.
      return secrets.open(sealed, `carrier-account:${id}`)
    } catch (err) {
      log.warn({ err, accountId: id }, 'the webhook key of a carrier account cannot be opened')
      return undefined
    }
  }

  const read = steady(async () => {
    const bySecret = new Map<string, string>()
    const byCustomer = new Map<string, { accountId: string; key: string }[]>()
    for (const { id, carrier, customerId, sealedWebhookKey } of await listWebhookAccounts(system)) {
      const key = open(id, sealedWebhookKey!)
      if (!key) continue
      if (carrier === 'cdek') bySecret.set(digestOf(key), id)
      if (carrier === 'uber' && customerId !== null) {
        const others = byCustomer.get(customerId) ?? []
        byCustomer.set(customerId, [...others, { accountId: id, key }])
      }
    }
    return { bySecret, byCustomer }
  }, REMEMBER_MS)

  return {
    /** CDEK signs nothing: the last part of the path is the secret. */
    bySecret: async (secret: string): Promise<string | undefined> =>
      (await read()).bySecret.get(digestOf(secret)),

    /** Uber signs the bytes of the body, which says whose they are. */
    async bySignature(
      body: Uint8Array,
      signature: string | undefined,
    ): Promise<string | undefined> {
      const customerId = fieldOf(body, 'customer_id')
      if (customerId === undefined || !signature) return undefined
      const candidates = (await read()).byCustomer.get(customerId) ?? []
      return candidates.find(({ key }) => isSigned(body, key, signature))?.accountId
    },
  }
}

/** Lower-case hexadecimal HMAC-SHA256 of the raw body: developer.uber.com, Direct, webhooks. */
function isSigned(body: Uint8Array, key: string, signature: string): boolean {
  const wanted = Buffer.from(createHmac('sha256', key).update(body).digest('hex'))
  const given = Buffer.from(signature)
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}
