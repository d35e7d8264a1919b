import type { Kysely } from 'kysely'
import { CarrierError, type Carrier } from '../../clients/carriers/carrier.ts'
import type { Logger } from '../../clients/logger.ts'
import type { CarrierId } from '../../contracts/logistics.ts'
import type { CheckPickupPointInput, PointCheck } from '../../contracts/pickup-points.ts'
import type { Database } from '../../db/database.ts'
import { findPoint, notePoint } from '../../db/logistics/pickup-points.ts'
import { listPointsInstead } from '../../db/logistics/points-instead.ts'
import { checkPoint, type PointVerdict } from '../../domain/logistics/check-point.ts'
import type { PointKey } from '../../domain/logistics/pickup-point.ts'
import { usablePoint } from '../../domain/logistics/usable-point.ts'

/** By any contract with it: points are the same for all. `undefined` while there is none. */
export type CarrierOf = (carrier: CarrierId) => Promise<Carrier | undefined> | Carrier | undefined

export type CheckAtCarrierDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  carrierOf: CarrierOf
  /** Tells search what has changed. */
  project: () => Promise<unknown>
  log: Pick<Logger, 'warn'>
  signal: AbortSignal
}

/** Of those that are offered, so many are asked for at the carrier; beyond it has worse trouble than one point. */
const MOST = 5
const ASK_TIMEOUT_MS = 5_000

/**
 * Asks the carrier for the point as it is now and keeps what it says. Where the point does not take the parcels, the nearest that
 * does is asked for as well, so that nobody is offered a closed one in the place of another.
 */
export async function checkAtCarrier(
  deps: CheckAtCarrierDeps,
  { carrier, code, parcels }: CheckPickupPointInput,
): Promise<PointCheck> {
  const { project, log } = deps
  const verdict = await verdictOf(deps, { carrier, code }, parcels)
  let answer: PointCheck = { outcome: 'ok' }
  if (verdict !== 'ok') {
    const nearest = await findNearest(deps, { carrier, code }, parcels)
    answer = { outcome: verdict, ...(nearest && { nearest }) }
    // The next sync tells search as well: nobody waits for it here.
    await project().catch((error: unknown) => log.warn({ error }, 'search was not told of points'))
  }
  return answer
}

/** The nearest that takes the parcels by what its carrier says now: of the same carrier, or else of another one. */
export async function findNearest(
  deps: CheckAtCarrierDeps,
  { carrier, code }: PointKey,
  parcels: CheckPickupPointInput['parcels'],
) {
  const instead = await listPointsInstead(deps.system, { carrier, code }, { parcels, limit: MOST })
  for (const { point, distanceM = 0 } of instead)
    if ((await verdictOf(deps, point, parcels)) === 'ok') {
      const { carrier, code, kind } = point
      return { carrier, code, kind, distanceM: Math.round(distanceM) }
    }
  return undefined
}

async function verdictOf(
  deps: CheckAtCarrierDeps,
  key: PointKey,
  parcels: CheckPickupPointInput['parcels'],
): Promise<PointVerdict> {
  const { system, carrierOf, log, signal } = deps
  const { carrier, code } = key
  const adapter = await carrierOf(carrier)
  if (!adapter?.point) return checkPoint(await findPoint(system, { carrier, code }), parcels)
  try {
    const told = await adapter.point(code, { signal, timeoutMs: ASK_TIMEOUT_MS })
    const now = told && usablePoint(told)
    await notePoint(system, { carrier, code }, now)
    return checkPoint(now, parcels)
  } catch (error) {
    if (!(error instanceof CarrierError)) throw error
    log.warn({ carrier, kind: error.kind }, 'a pickup point is taken as it was last known')
    return checkPoint(await findPoint(system, { carrier, code }), parcels)
  }
}
