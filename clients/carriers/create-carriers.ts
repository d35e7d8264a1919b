import type { Dispatcher } from 'undici'
import type { RedisLike } from '../cache/script.ts'
import { createCarrierBreaker } from './breaker.ts'
import { createCdek } from './cdek/cdek.ts'
import type { Carrier, CarrierAccount } from './carrier.ts'
import { discreet } from './discreet.ts'
import { createDpd } from './dpd/dpd.ts'
import { guarded } from './guarded.ts'
import { createUber } from './uber/uber.ts'
import { createDispatcher, createWire } from './wire.ts'

export type CarrierDeps = {
  /** Where the breakers are shared; without it each process has its own. */
  redis?: RedisLike
  dispatcher?: Dispatcher
}

const factories = { cdek: createCdek, dpd: createDpd, uber: createUber }

/**
 * Opens carriers that share connections and breakers. Keep what it gives for as long as the account is the same: it holds
 * tokens.
 * @throws {z.ZodError} where the settings of an account make no sense
 */
export function carrierConnector({ redis, dispatcher = createDispatcher() }: CarrierDeps = {}): (
  account: CarrierAccount,
) => Carrier {
  const wire = createWire(dispatcher)
  const breaker = createCarrierBreaker(redis)
  return (account) =>
    guarded(discreet(factories[account.carrier](account, wire)), {
      breaker,
      scope: `${account.carrier}@${new URL(account.baseUrl).host}`,
    })
}

/** A carrier for each account, in their order. @throws {z.ZodError} */
export const createCarriers = (
  accounts: readonly CarrierAccount[],
  deps: CarrierDeps = {},
): Carrier[] => accounts.map(carrierConnector(deps))
