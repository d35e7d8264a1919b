import { randomUUID } from 'node:crypto'
import type { Insertable } from 'kysely'
import type { LogisticsDeps } from '../../activities/logistics/deps.ts'
import { accountOwner } from '../../activities/logistics/contracts-with-carriers.ts'
import type { CarrierId } from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import { requestDelivery } from '../../db/logistics/request-delivery.ts'
import { moveOrder } from '../../db/orders/move-order.ts'
import { placeOrder } from '../../db/orders/place-order.ts'
import { asSeller } from '../../db/tenancy.ts'
import { buyer, deliverTo, stockedShop, type StockedShop } from '../orders/shop-goods.ts'
import type { TestDatabase } from '../support/postgres.ts'
import {
  newLedger,
  scriptedCarrier,
  type Behaviour,
  type Ledger,
  type ScriptedCarrier,
} from '../support/scripted-carrier.ts'
import { secretBox } from '../support/webhooks.ts'

export type Scene = {
  shop: StockedShop
  ledger: Ledger
  carriers: Record<CarrierId, ScriptedCarrier>
  accounts: Record<CarrierId, string>
  /** How a carrier treats a reference from now on. */
  script(reference: string, behaviour: Partial<Behaviour>): void
  scriptCarrier(carrier: CarrierId, behaviour: Partial<Behaviour>): void
  deps: LogisticsDeps
  /** What the deliveries' workflows were told. */
  signals: { workflowId: string; signal: string; args: unknown[] }[]
  /** A confirmed order with its shipment. */
  newShipment(): Promise<{ shipmentId: string; orderId: string }>
}

const PRICES: Record<CarrierId, number> = { cdek: 30_000, dpd: 35_000, uber: 60_000 }
const IDS: readonly CarrierId[] = ['cdek', 'dpd', 'uber']
const telling = { actor: 'system', traceParent: null } as const

/** A seller with contracts with three scripted carriers, of which CDEK is the cheapest and Uber the dearest. */
export async function deliveryScene(database: TestDatabase): Promise<Scene> {
  const owner = database.owner.db
  const shop = await stockedShop(owner, { units: 100_000 })
  const ledger = newLedger()
  const scripts = new Map<string, Partial<Behaviour>>()
  const ofCarriers = new Map<CarrierId, Partial<Behaviour>>()
  const carriers = Object.fromEntries(
    IDS.map((id) => [
      id,
      scriptedCarrier({
        ...{ id, ledger, priceMinor: PRICES[id] },
        behave: (reference) => ({ ...ofCarriers.get(id), ...scripts.get(reference) }),
      }),
    ]),
  ) as Scene['carriers']
  const accounts = Object.fromEntries(IDS.map((id) => [id, randomUUID()])) as Scene['accounts']
  await owner
    .insertInto('carrierAccount')
    .values(
      IDS.map((carrier): Insertable<Database['carrierAccount']> => {
        const id = accounts[carrier]
        return {
          ...{ id, carrier, sellerId: shop.sellerId },
          ...{ baseUrl: 'http://carrier.invalid', clientId: 'sim' },
          sealedSecret: secretBox.seal('sim', accountOwner(id)),
          customerId: null,
          sealedWebhookKey: null,
        }
      }),
    )
    .execute()
  const signals: Scene['signals'] = []
  const noteSignal = (workflowId: string) => ({
    async signal({ name }: { name: string }, ...args: unknown[]) {
      signals.push({ workflowId, signal: name, args })
    },
  })

  return {
    ...{ shop, ledger, carriers, accounts, signals },
    script: (reference, behaviour) => void scripts.set(reference, behaviour),
    scriptCarrier: (carrier, behaviour) => void ofCarriers.set(carrier, behaviour),
    deps: {
      system: database.system.db,
      secrets: secretBox,
      connect: ({ carrier }) => carriers[carrier].carrier,
      objectStore: { put: async () => {} },
      workflows: {
        start: async () => ({}) as never,
        getHandle: ((workflowId: string) => noteSignal(workflowId)) as never,
        signalWithStart: (async (
          _: unknown,
          given: { workflowId: string; signal: { name: string } },
        ) => noteSignal(given.workflowId).signal(given.signal)) as never,
      },
      log: { warn: () => {} },
      callTimeoutMs: 1_000,
    },
    newShipment: () =>
      asSeller(database.seller.db, shop.sellerId, async (trx) => {
        const { sellerId, shopId, goods, warehouseId } = shop
        const { id: orderId } = await placeOrder(trx, {
          ...{ sellerId, shopId, checkoutId: null, buyer, deliverTo, ...telling },
          lines: [{ shopProductId: goods[0]!, quantity: 1 }],
        })
        const moved = await moveOrder(trx, orderId, { to: 'confirmed', ...telling })
        const { id: shipmentId } = await requestDelivery(
          trx,
          moved!.order,
          {
            ...{ id: randomUUID(), warehouseId },
            parcels: [{ weightG: 1_000, lengthMm: 200, widthMm: 200, heightMm: 100 }],
            readyAt: new Date(),
          },
          telling,
        )
        return { shipmentId, orderId }
      }),
  }
}
