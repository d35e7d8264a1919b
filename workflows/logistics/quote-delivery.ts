import { proxyActivities } from '@temporalio/workflow'
import type { QuoteActivities } from '../../activities/logistics/ask-for-quotes.ts'
import type { QuoteDeliveryInput, QuoteDeliveryResult } from '../../contracts/logistics.ts'
import * as policies from '../policies.ts'

const { askForQuotes } = proxyActivities<QuoteActivities>(policies.read)

/** What each carrier would take for it and when it would be there, the best first; nothing is booked and nothing kept. */
export const quoteDelivery = (input: QuoteDeliveryInput): Promise<QuoteDeliveryResult> =>
  askForQuotes(input)
