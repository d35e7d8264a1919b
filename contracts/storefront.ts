import { defineQuery } from '@temporalio/workflow'

export const storefrontQueue = 'storefront'

/** Where changes are projected to; each sink has its own workflow, so that a stopped one never delays the other. */
export type Sink = 'search' | 'cache'
export const sinks: readonly Sink[] = ['search', 'cache']

export const projectionWorkflowId = (sink: Sink) => `projection:${sink}`

export const projectChanges = 'projectChanges'
export type ProjectChangesInput = { sink: Sink; projected: number }
export type ProjectChanges = (input: ProjectChangesInput) => Promise<void>

/** Documents written since the projection began. */
export const projectedCount = defineQuery<number>('projectedCount')

export const suggestionsWorkflowId = 'suggestions'
export const suggestionsScheduleId = 'suggestions'

export const refreshSuggestions = 'refreshSuggestions'
export type RefreshSuggestions = () => Promise<SuggestionCounts>

/** How many of each kind there are to suggest. */
export type SuggestionCounts = { queries: number; brands: number; categories: number }
