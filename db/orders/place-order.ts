import { sql, type Kysely, type Transaction } from 'kysely'
import { OrderRefused } from '../../domain/orders/refusal.ts'
import { priceLines, type Offer, type WantedLine } from '../../domain/orders/price-lines.ts'
import { appendAudit, type Actor } from '../audit.ts'
import type { Database } from '../database.ts'
import type { OrderWithLines } from './orders.ts'
import { appendOrderEvent } from './order-events.ts'
import { insertReservations, takeStock } from './reserve-stock.ts'

export type NewOrder = {
  sellerId: string
  /** Whose goods all lines are. */
  shopId: string
  checkoutId: string | null
  lines: readonly WantedLine[]
  buyer: { name: string; phone: string; email?: string | undefined }
  deliverTo: {
    city: string
    address?: string | undefined
    pickupPointId?: string | undefined
  }
  actor: Actor
  traceParent: string | null
}

/**
 * An order with the prices of this moment and its units out of stock, its event and its audit entry. `trx` is the
 * seller's.
 * @throws {OrderRefused} when a line cannot be had like that; roll back
 */
export async function placeOrder(
  trx: Transaction<Database>,
  { sellerId, shopId, checkoutId, lines: wanted, buyer, deliverTo, actor, traceParent }: NewOrder,
): Promise<OrderWithLines> {
  const offers = await listOffers(trx, wanted)
  const strangers = offers.filter((offer) => offer.shopId !== shopId)
  if (strangers.length > 0)
    throw new OrderRefused(
      strangers.map(({ shopProductId }) => ({ shopProductId, code: 'another-shop' })),
    )
  const { lines, totalMinor, currency } = priceLines(wanted, offers)
  const taken = await takeStock(trx, deliverTo.city, lines)

  const order = await trx
    .insertInto('salesOrder')
    .values({
      ...{ sellerId, shopId, checkoutId, totalMinor, currency },
      buyerName: buyer.name,
      buyerPhone: buyer.phone,
      buyerEmail: buyer.email ?? null,
      cityId: deliverTo.city,
      address: deliverTo.address ?? null,
      pickupPointId: deliverTo.pickupPointId ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const key = { orderId: order.id, sellerId }
  await trx
    .insertInto('orderLine')
    .values(lines.map((line, position) => ({ ...key, position, ...line })))
    .execute()
  await insertReservations(trx, key, taken)
  await appendOrderEvent(trx, order, { type: 'order.created', traceParent })
  await appendAudit(trx, {
    ...{ sellerId, actor },
    action: 'order.created',
    subject: `order:${order.id}`,
    data: { state: order.state, checkoutId, total: { amount: totalMinor, currency } },
  })
  return { ...order, lines }
}

export type OwnedGoods = { shopProductId: string; sellerId: string; shopId: string }

/** Whose the published ones among these shop products are. As role `storefront`, or as a seller about its own. */
export async function listOwners(
  db: Kysely<Database>,
  wanted: readonly WantedLine[],
): Promise<OwnedGoods[]> {
  const { rows } = await sql<OwnedGoods>`
    select sp.id as shop_product_id, sp.seller_id, sp.shop_id
    from shop_product sp join shop s on s.id = sp.shop_id
    where sp.id = any (${idsOf(wanted)}::bigint[]) and sp.active and s.state = 'active'`.execute(db)
  return rows
}

type ShopOffer = Offer & { shopId: string }

async function listOffers(
  trx: Transaction<Database>,
  wanted: readonly WantedLine[],
): Promise<ShopOffer[]> {
  const { rows } = await sql<ShopOffer>`
    select sp.id as shop_product_id, sp.shop_id, sp.external_id, p.name, sp.price_minor, sp.currency, sp.available
    from shop_product sp join product p on p.id = sp.product_id join shop s on s.id = sp.shop_id
    where sp.id = any (${idsOf(wanted)}::bigint[]) and sp.active and s.state = 'active'`.execute(
    trx,
  )
  return rows
}

const idsOf = (lines: readonly WantedLine[]) => lines.map(({ shopProductId }) => shopProductId)
