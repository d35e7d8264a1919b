import type { Selectable } from 'kysely'
import type { Carrier } from '../../clients/carriers/carrier.ts'
import type { Database } from '../../db/database.ts'
import type { LogisticsDeps } from './deps.ts'

type AccountRow = Selectable<Database['carrierAccount']>

/** A carrier as one contract has us speak with it. */
export type Contract = {
  accountId: string
  carrier: Carrier
  /** Where it is to call us; none without an address of ours, or for one that asks for none. */
  callUrl?: string
}
export type Contracts = ReturnType<typeof openContracts>

export const accountOwner = (accountId: string) => `carrier-account:${accountId}`

/** Adapters are kept for as long as their account is as it was: they hold tokens and connections. */
export function openContracts({ system, secrets, connect, apiUrl, log }: LogisticsDeps) {
  const open = new Map<string, { since: number; contract: Contract }>()

  const contractOf = (row: AccountRow): Contract => {
    const since = row.updatedAt.getTime()
    const known = open.get(row.id)
    if (known?.since === since) return known.contract
    const { sealedWebhookKey } = row
    const webhookKey =
      sealedWebhookKey === null ? undefined : secrets.open(sealedWebhookKey, accountOwner(row.id))
    const carrier = connect({
      carrier: row.carrier,
      baseUrl: row.baseUrl,
      clientId: row.clientId,
      clientSecret: secrets.open(row.sealedSecret, accountOwner(row.id)),
      settings: row.settings,
      ...(row.customerId !== null && { customerId: row.customerId }),
      ...(webhookKey !== undefined && { webhookKey }),
    })
    const contract = {
      ...{ accountId: row.id, carrier },
      // CDEK signs nothing: the last part of the path is the secret.
      ...(apiUrl !== undefined &&
        webhookKey !== undefined && {
          callUrl: `${apiUrl}/hooks/carriers/${row.carrier}/${encodeURIComponent(webhookKey)}`,
        }),
    }
    open.set(row.id, { since, contract })
    return contract
  }

  const contractOrNone = (row: AccountRow): Contract[] => {
    try {
      return [contractOf(row)]
    } catch (err) {
      log.warn({ err, accountId: row.id }, 'a contract that cannot be opened is passed over')
      return []
    }
  }

  return {
    /** One for each carrier: the seller's own, or else the marketplace's. One that cannot be opened is none. */
    async listFor(sellerId: string): Promise<Contract[]> {
      const rows = await system
        .selectFrom('carrierAccount')
        .selectAll()
        .where('enabled', '=', true)
        .where((where) =>
          where.or([where('sellerId', '=', sellerId), where('sellerId', 'is', null)]),
        )
        .orderBy('carrier')
        .orderBy('sellerId', (order) => order.asc().nullsLast())
        .execute()
      const first = new Map<string, AccountRow>()
      for (const row of rows) if (!first.has(row.carrier)) first.set(row.carrier, row)
      return [...first.values()].flatMap(contractOrNone)
    },

    /** Also one that takes no new bookings: what it has must be followed and cancelled. */
    async find(accountId: string): Promise<Contract | undefined> {
      const row = await system
        .selectFrom('carrierAccount')
        .selectAll()
        .where('id', '=', accountId)
        .executeTakeFirst()
      return row && contractOf(row)
    },

    async get(accountId: string): Promise<Carrier> {
      const contract = await this.find(accountId)
      if (!contract) throw new Error('The contract of a booking is gone')
      return contract.carrier
    },
  }
}
