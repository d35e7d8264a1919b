import { currentTraceParent } from '../../clients/tracing.ts'
import { deliverOrder } from '../../contracts/logistics.ts'
import type { Telling } from '../../db/logistics/delivery-events.ts'

/** Who says what happens to a delivery. */
export const telling = (workflow = deliverOrder): Telling => ({
  actor: `workflow:${workflow}`,
  traceParent: currentTraceParent() ?? null,
})
