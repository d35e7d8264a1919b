import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { RelayActivities } from '../../activities/integrations/relay.ts'
import * as policies from '../policies.ts'

const { relayPages } = proxyActivities<RelayActivities>(policies.standing)

/** Passes every committed event on to what must happen because of it. One runs for the whole marketplace. */
export async function relayEvents(): Promise<void> {
  while (!workflowInfo().continueAsNewSuggested) await relayPages()
  await continueAsNew<typeof relayEvents>()
}
