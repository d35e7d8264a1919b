import { createTrackingActivities } from '../activities/logistics/tracking.ts'
import { trackingQueue } from '../contracts/logistics.ts'
import { openCarriers } from './open-carriers.ts'
import type { CreateDomainWorker } from './worker.ts'

/** One activity or two per contract, each for minutes: they have slots of their own, so that no booking waits for one. */
export const createTrackingWorker: CreateDomainWorker = (context) => {
  const { deps, contracts, close } = openCarriers(context, {
    applicationName: 'yarmarka-tracking',
    max: 8,
  })
  return {
    options: {
      taskQueue: trackingQueue,
      activities: createTrackingActivities(deps, contracts),
      maxConcurrentActivityTaskExecutions: 1_000,
    },
    close,
  }
}
