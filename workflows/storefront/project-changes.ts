import { continueAsNew, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow'
import type { StorefrontActivities } from '../../activities/storefront/index.ts'
import { projectedCount, type ProjectChangesInput } from '../../contracts/storefront.ts'
import * as policies from '../policies.ts'

const { projectPages } = proxyActivities<StorefrontActivities>(policies.standing)

/** Keeps one sink equal to PostgreSQL. One runs per sink, so that a stopped sink never delays the other. */
export async function projectChanges({ sink, projected }: ProjectChangesInput): Promise<void> {
  setHandler(projectedCount, () => projected)
  while (!workflowInfo().continueAsNewSuggested) projected += await projectPages({ sink })
  await continueAsNew<typeof projectChanges>({ sink, projected })
}
