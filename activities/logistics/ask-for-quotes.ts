import type { QuoteDeliveryInput, QuoteDeliveryResult } from '../../contracts/logistics.ts'
import { getQuotable } from '../../db/logistics/consignment.ts'
import { explainChoice } from '../../domain/logistics/explain-choice.ts'
import { quotedOf } from '../../domain/logistics/quoted.ts'
import { createChoice } from './choose-carrier.ts'
import type { Contracts } from './contracts-with-carriers.ts'
import type { LogisticsDeps } from './deps.ts'

/** More than anybody compares. */
const MOST = 30

export type QuoteActivities = ReturnType<typeof createQuotes>

export function createQuotes(deps: LogisticsDeps, contracts: Contracts) {
  const { choose } = createChoice(deps, contracts)
  return {
    /** As they are ranked when a delivery is planned. */
    async askForQuotes(input: QuoteDeliveryInput): Promise<QuoteDeliveryResult> {
      const { ranked, leftOut } = await choose(await getQuotable(deps.system, input))
      return {
        ranked: ranked.slice(0, MOST).map(quotedOf),
        leftOut: leftOut.slice(0, MOST),
        explained: explainChoice(ranked),
      }
    },
  }
}
