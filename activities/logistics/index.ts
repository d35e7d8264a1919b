import { createBooking } from './booking.ts'
import { createChoice } from './choose-carrier.ts'
import { openContracts } from './contracts-with-carriers.ts'
import type { LogisticsDeps } from './deps.ts'
import { createEscalations } from './escalations.ts'
import { createLabels } from './keep-label.ts'
import { createLosers } from './losers.ts'
import { createPlanning } from './plan-delivery.ts'

export type LogisticsActivities = ReturnType<typeof createLogisticsActivities>

/** Everything that a delivery does in the outside world. Contacts are read from the order: no payload carries them. */
export const createLogisticsActivities = (
  deps: LogisticsDeps,
  contracts = openContracts(deps),
) => ({
  ...createPlanning(deps, createChoice(deps, contracts)),
  ...createBooking(deps, contracts),
  ...createLosers(deps, contracts),
  ...createLabels(deps, contracts),
  ...createEscalations(deps),
})
