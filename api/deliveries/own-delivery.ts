import type { Context } from 'hono'
import type { Kysely } from 'kysely'
import type { TrackTokens } from '../../clients/track-token.ts'
import type { Database } from '../../db/database.ts'
import { findDelivery } from '../../db/logistics/deliveries.ts'
import { asSeller } from '../../db/tenancy.ts'
import type { ApiEnv } from '../openapi.ts'
import { notFound } from '../problem.ts'
import { showDelivery, type Delivery } from './delivery-view.ts'

export type OwnDeliveryDeps = {
  seller: Kysely<Database>
  trackTokens: Pick<TrackTokens, 'tokenOf'>
  /** Where buyers reach this API; where the request did, unless given. */
  publicUrl?: string | undefined
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** What PostgreSQL can take as the id of a delivery. */
export const isDeliveryId = (id: string): boolean => UUID.test(id)

/** @throws {Problem} `not-found`, also for another seller's */
export async function getOwnDelivery(
  deps: OwnDeliveryDeps,
  c: Pick<Context<ApiEnv>, 'req' | 'get'>,
  id: string,
): Promise<Delivery> {
  const row = isDeliveryId(id)
    ? await asSeller(deps.seller, c.get('caller').sellerId, (trx) => findDelivery(trx, id))
    : undefined
  if (!row) throw notFound()
  return showDelivery(row, trackUrlOf(deps, c, row.id))
}

/** The buyer's page. */
export const trackUrlOf = (
  { trackTokens, publicUrl }: Omit<OwnDeliveryDeps, 'seller'>,
  c: Pick<Context<ApiEnv>, 'req'>,
  id: string,
) => `${new URL(publicUrl ?? c.req.url).origin}/track/${trackTokens.tokenOf(id)}`
