import { proxyActivities } from '@temporalio/workflow'
import type { SuggestionsActivities } from '../../activities/storefront/suggestions.ts'
import type { SuggestionCounts } from '../../contracts/storefront.ts'
import * as policies from '../policies.ts'

const { forgetOldSearches } = proxyActivities<SuggestionsActivities>(policies.read)
const { rebuildSuggestions } = proxyActivities<SuggestionsActivities>(policies.optional)

/** Brings what is suggested up to what is searched and sold now. The schedule runs it again, so that a failed run is made up for. */
export async function refreshSuggestions(): Promise<SuggestionCounts> {
  await forgetOldSearches()
  return rebuildSuggestions()
}
