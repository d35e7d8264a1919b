import { cancellationSignal, heartbeat } from '@temporalio/activity'
import type { Kysely } from 'kysely'
import type { Logger } from '../../clients/logger.ts'
import type { Outbound } from '../../clients/outbound/outbound.ts'
import type { SecretBox } from '../../clients/secret-box.ts'
import { untraced } from '../../clients/tracing.ts'
import type { Database } from '../../db/database.ts'
import {
  recordAttempts,
  type AttemptResult,
} from '../../db/integrations/webhooks/record-attempts.ts'
import { deliverEndpoint, type DeliverEndpointDeps, type Resumption } from './deliver-endpoint.ts'
import { groupCommit } from './group-commit.ts'
import { persistently } from './persistently.ts'

export type WebhooksDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  outbound: Pick<Outbound, 'postOutside'>
  secrets: Pick<SecretBox, 'open'>
  log: Pick<Logger, 'warn'>
  /** Five seconds unless said otherwise. */
  lingerMs?: DeliverEndpointDeps['lingerMs']
}
export type WebhooksActivities = ReturnType<typeof createWebhooksActivities>

const HEARTBEAT_MS = 2_000
const MOST_RESULTS = 500
const WRITERS = 2
const LINGER_MS = 5_000

export const createWebhooksActivities = ({
  system,
  outbound,
  secrets,
  log,
  lingerMs = LINGER_MS,
}: WebhooksDeps) => {
  /** Shared by all endpoints of this process. */
  const keep = groupCommit<AttemptResult>({
    write: (results) => persistently(() => recordAttempts(system, results)),
    mostAtOnce: MOST_RESULTS,
    writers: WRITERS,
  })

  return {
    /**
     * Delivers what is due for one endpoint until nothing is, it must rest, or the shift is over. Not more than its
     * concurrency is ever sent without its result being kept: that is all that a killed worker sends again.
     */
    async deliverDue({ endpointId }: { endpointId: string }): Promise<Resumption> {
      const stopped = cancellationSignal()
      const alive = setInterval(heartbeat, HEARTBEAT_MS)
      try {
        heartbeat()
        return await untraced(() =>
          deliverEndpoint({ system, outbound, secrets, keep, log, lingerMs }, endpointId, stopped),
        )
      } finally {
        clearInterval(alive)
      }
    },
  }
}
