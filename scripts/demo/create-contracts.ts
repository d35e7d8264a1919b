import type { Kysely } from 'kysely'
import { randomBytes, randomUUID } from 'node:crypto'
import type { SecretBox } from '../../clients/secret-box.ts'
import type { CarrierId } from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import { appendEvent } from '../../db/events.ts'

type DemoContract = {
  carrier: CarrierId
  clientId: string
  secret: string
  customerId?: string
  webhookKey?: string
}

/** By which the simulator lets anybody in: docs/simulator.md. CDEK calls an address that ends with its webhook key. */
const contracts: readonly DemoContract[] = [
  {
    ...{ carrier: 'cdek', clientId: 'sim', secret: 'sim' },
    webhookKey: randomBytes(24).toString('base64url'),
  },
  { carrier: 'dpd', clientId: '1001000000', secret: 'sim' },
  {
    ...{ carrier: 'uber', clientId: 'sim', secret: 'sim' },
    ...{ customerId: 'cus_sim', webhookKey: 'sim-webhook-key' },
  },
]

export type Place = {
  /** Of each carrier in the simulator. */
  urls: Record<CarrierId, string>
  secrets: Pick<SecretBox, 'seal'>
}

/** The marketplace's contracts with the simulated carriers; one with a real carrier, made since, stays as it is. */
export async function createContracts(db: Kysely<Database>, { urls, secrets }: Place) {
  for (const contract of contracts)
    await db.transaction().execute(async (trx) => {
      const { carrier, clientId, secret, customerId = null, webhookKey } = contract
      const baseUrl = urls[carrier]
      const known = await trx
        .selectFrom('carrierAccount')
        .select(['id', 'clientId', 'baseUrl'])
        .where('carrier', '=', carrier)
        .where('sellerId', 'is', null)
        .forUpdate()
        .executeTakeFirst()
      if (known && (known.clientId !== clientId || known.baseUrl === baseUrl)) return
      const id = known?.id ?? randomUUID()
      const owner = `carrier-account:${id}`
      if (known)
        // The simulator is on another port than the last time.
        await trx
          .updateTable('carrierAccount')
          .set({ baseUrl, updatedAt: new Date() })
          .where('id', '=', id)
          .execute()
      else
        await trx
          .insertInto('carrierAccount')
          .values({
            ...{ id, sellerId: null, carrier, clientId, customerId, baseUrl },
            sealedSecret: secrets.seal(secret, owner),
            sealedWebhookKey: webhookKey === undefined ? null : secrets.seal(webhookKey, owner),
          })
          .execute()
      await appendEvent(trx, {
        ...{ sellerId: null, type: 'carrier-account.changed', subject: owner, traceParent: null },
        data: { accountId: id, carrier, enabled: true },
      })
    })
}
