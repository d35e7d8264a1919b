import type { WorkflowClient } from '@temporalio/client'
import type { Kysely } from 'kysely'
import type { Carrier, CarrierAccount } from '../../clients/carriers/carrier.ts'
import type { Logger } from '../../clients/logger.ts'
import type { SecretBox } from '../../clients/secret-box.ts'
import type { NewPoint } from '../../contracts/logistics.ts'
import type { Database } from '../../db/database.ts'
import type { Parcel } from '../../domain/logistics/parcel.ts'

export type LogisticsDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  secrets: Pick<SecretBox, 'open'>
  /** An adapter of the account's carrier. */
  connect(account: CarrierAccount): Carrier
  /** Whether a point takes the parcels now, and which is the nearest that does where it does not. */
  checkPoint?(
    point: Pick<NewPoint, 'carrier' | 'code'>,
    parcels: readonly Parcel[],
  ): Promise<{ outcome: string; nearest?: NewPoint }>
  objectStore: { put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<unknown> }
  workflows: Pick<WorkflowClient, 'start' | 'getHandle' | 'signalWithStart'>
  log: Pick<Logger, 'warn'>
  /** Where carriers reach us; without it they are only asked. */
  apiUrl?: string
  /** How long one call of a carrier may take. */
  callTimeoutMs: number
  /** Polls come so many times more often than they would: for tests and demonstrations. */
  pollHaste?: number
}
