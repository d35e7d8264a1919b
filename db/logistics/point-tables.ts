import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { CarrierId, PickupPointKind } from '../../contracts/logistics.ts'
import type { PointsApplied } from '../../contracts/pickup-points.ts'
import type { ListEffect } from '../../domain/logistics/mass-closure.ts'
import type { PickupPoint, PointState } from '../../domain/logistics/pickup-point.ts'

type Instant = ColumnType<Date, Date | string | undefined, Date | string>
type OptionalInstant = ColumnType<
  Date | null,
  Date | string | null | undefined,
  Date | string | null
>
type Count = ColumnType<string, string | number | undefined, string | number>

export type PointTables = {
  pickupPoint: {
    carrier: CarrierId
    code: string
    kind: PickupPointKind
    name: string
    cityCode: string
    cityName: string
    /** Of our own cities. */
    cityId: string | null
    address: string
    lat: number
    lon: number
    state: PointState
    hours: JSONColumnType<PickupPoint['hours']>
    exceptions: JSONColumnType<PickupPoint['exceptions']>
    limits: JSONColumnType<PickupPoint['limits']>
    payment: JSONColumnType<PickupPoint['payment']>
    takesBack: boolean
    version: Count
    /** What of it is in the search index. */
    searchedVersion: Count
    changedAt: Instant
    /** When its carrier no longer had it. */
    goneAt: OptionalInstant
  }
  pickupPointSync: {
    carrier: CarrierId
    syncedAt: OptionalInstant
    fullSyncedAt: OptionalInstant
    points: Generated<number>
    /** The list that was decided on last, and what became of it. */
    syncId: string | null
    outcome: ColumnType<PointsApplied | null, string | null | undefined, string | null>
    /** Since when a list waits for a person. */
    heldAt: OptionalInstant
    held: ColumnType<ListEffect | null, string | null | undefined, string | null>
  }
  pickupPointRead: {
    syncId: string
    code: string
    point: JSONColumnType<PickupPoint>
    readAt: Instant
  }
}
