import type { Client as Elasticsearch } from '@elastic/elasticsearch'
import {
  activityInfo,
  ApplicationFailure,
  cancellationSignal,
  heartbeat,
} from '@temporalio/activity'
import { metrics } from '@opentelemetry/api'
import type { Kysely } from 'kysely'
import { CarrierError } from '../../clients/carriers/carrier.ts'
import type { Logger } from '../../clients/logger.ts'
import type { CarrierId } from '../../contracts/logistics.ts'
import type {
  CheckPickupPointInput,
  PointCheck,
  PointsApplied,
  PointsRead,
  PointsSyncScope,
} from '../../contracts/pickup-points.ts'
import type { Database } from '../../db/database.ts'
import { applyRead, beginReading, countRead, keepRead } from '../../db/logistics/sync-points.ts'
import { pickupPointsIndex } from '../../domain/logistics/points-index.ts'
import { usablePoint } from '../../domain/logistics/usable-point.ts'
import { heartbeating } from '../heartbeating.ts'
import { checkAtCarrier, type CarrierOf } from './check-at-carrier.ts'
import { projectPoints } from './project-points.ts'

export type PointsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  elasticsearch: Elasticsearch
  carrierOf: CarrierOf
  log: Pick<Logger, 'warn'>
  index?: typeof pickupPointsIndex
}
export type PointsActivities = ReturnType<typeof createPointsActivities>

/** Our points are the points of this country. */
const COUNTRY = 'RU'

export function createPointsActivities({
  system,
  elasticsearch,
  carrierOf,
  log,
  index = pickupPointsIndex,
}: PointsDeps) {
  const held = metrics.getMeter('yarmarka').createCounter('points.lists_held', {
    description: 'Lists of pickup points that would have taken too many away, by carrier',
  })
  const project = () => projectPoints({ system, elasticsearch, index })

  return {
    /**
     * Reads all points of a carrier and keeps them aside. A carrier's pages move while they are read, so another attempt begins
     * again; the heartbeat tells how far this one is.
     */
    readPickupPoints: ({
      syncId,
      carrier,
    }: {
      syncId: string
      carrier: CarrierId
    }): Promise<PointsRead | 'no-points'> =>
      heartbeating(async () => {
        const adapter = await carrierOf(carrier)
        if (!adapter) return waitForContract()
        if (!adapter.points) return 'no-points'
        const signal = cancellationSignal()
        let [pages, unusable] = [0, 0]
        await beginReading(system, syncId)
        for await (const page of adapter.points({ countryCode: COUNTRY }, { signal })) {
          const usable = page.flatMap((point) =>
            point.carrier === carrier ? (usablePoint(point) ?? []) : [],
          )
          await keepRead(system, syncId, usable)
          unusable += page.length - usable.length
          heartbeat({ pages: ++pages })
          signal.throwIfAborted()
        }
        return { points: await countRead(system, syncId), unusable }
      }).catch(orGiveUp),

    /** Makes the list that was read the truth, or holds it. A second attempt is told what the first one did. */
    async applyPickupPoints(list: {
      syncId: string
      carrier: CarrierId
      scope: PointsSyncScope
      confirmClosure: boolean
    }): Promise<PointsApplied> {
      const applied = await system.transaction().execute((trx) => applyRead(trx, list))
      if (applied.outcome === 'held') {
        held.add(1, { carrier: list.carrier })
        log.warn({ carrier: list.carrier, ...applied }, 'a list of pickup points is held')
      }
      return applied
    },

    /** Tells search what has changed of the points, all of it where its index is new. As often as one likes. */
    projectPickupPoints: (): Promise<{ written: number }> => heartbeating(project),

    /** Whether parcels can still go to a point, by the carrier itself or, while it is away, by what it said last. */
    checkPickupPoint: (input: CheckPickupPointInput): Promise<PointCheck> =>
      checkAtCarrier({ system, carrierOf, project, log, signal: cancellationSignal() }, input),
  }
}

/** A contract that is just being made, as when a marketplace begins, is waited for: a quarter of an hour in all. */
function waitForContract(): 'no-points' {
  if (activityInfo().attempt > WAITS_FOR_CONTRACT) return 'no-points'
  throw ApplicationFailure.create({
    ...{ type: 'NoContract', message: 'There is no contract with this carrier yet' },
    nextRetryDelay: '10 seconds',
  })
}

const WAITS_FOR_CONTRACT = 90

/** What a person must mend is not tried for hours. */
function orGiveUp(error: unknown): never {
  if (error instanceof CarrierError && error.kind !== 'unavailable')
    throw ApplicationFailure.nonRetryable(error.message, 'CarrierRefused')
  throw error
}
