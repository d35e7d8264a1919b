import { inTraceOf, untraced } from '../../clients/tracing.ts'
import { listEventsToRelay, markRelayed, type Event } from '../../db/events.ts'
import { untilHandover } from '../standing.ts'
import { deliveryConsequences, type DeliveryConsequencesDeps } from './delivery-consequences.ts'
import { feedConsequences, type FeedConsequencesDeps } from './feed-consequences.ts'
import { importConsequences, type ImportConsequencesDeps } from './import-consequences.ts'
import { orderConsequences, type OrderConsequencesDeps } from './order-consequences.ts'
import { sourceConsequences, type SourceConsequencesDeps } from './source-consequences.ts'
import {
  storefrontConsequences,
  type StorefrontConsequencesDeps,
} from './storefront-consequences.ts'
import { taskConsequences, type TaskConsequencesDeps } from './task-consequences.ts'
import {
  tellEndpoints,
  webhookConsequences,
  type WebhookConsequencesDeps,
} from './webhook-consequences.ts'

export type RelayDeps = ImportConsequencesDeps &
  SourceConsequencesDeps &
  FeedConsequencesDeps &
  OrderConsequencesDeps &
  DeliveryConsequencesDeps &
  StorefrontConsequencesDeps &
  TaskConsequencesDeps &
  WebhookConsequencesDeps
export type RelayActivities = ReturnType<typeof createRelayActivities>

/** By the event's type: what must happen because of it. Each can be repeated. */
export type Consequences = Record<string, (event: Event) => Promise<void>>

const PAGE_SIZE = 200
const AT_ONCE = 16

export const createRelayActivities = (deps: RelayDeps) => {
  const { system } = deps
  /** A type that is not here needs nothing yet. */
  const consequences: Consequences = {
    ...importConsequences(deps),
    ...sourceConsequences(deps),
    ...feedConsequences(deps),
    ...orderConsequences(deps),
    ...deliveryConsequences(deps),
    ...storefrontConsequences(deps),
    ...taskConsequences(deps),
    ...webhookConsequences(deps),
  }

  const relayPage = async (): Promise<number> => {
    const events = await listEventsToRelay(system, PAGE_SIZE)
    await eachInItsTurn(events, (event) =>
      inTraceOf(event.traceParent, async () => consequences[event.type]?.(event)),
    )
    await tellEndpoints(deps, events)
    if (events.length > 0)
      await markRelayed(
        system,
        events.map((event) => event.id),
      )
    return events.length
  }

  return { relayPages: (): Promise<void> => untraced(() => untilHandover(relayPage)) }
}

/** Events of one subject one after the other; subjects do not wait for each other. Throws when all are through. */
async function eachInItsTurn(
  events: readonly Event[],
  relay: (event: Event) => Promise<void>,
): Promise<void> {
  const subjects = Map.groupBy(events, ({ subject }) => subject).values()
  const relaySubjects = async () => {
    for (const some of subjects) for (const event of some) await relay(event)
  }
  const all = await Promise.allSettled(Array.from({ length: AT_ONCE }, relaySubjects))
  const failed = all.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}
