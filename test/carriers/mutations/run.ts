import { seeded } from '../../../bench/generate/random.ts'
import {
  CarrierError,
  type BookAnswer,
  type Carrier,
  type CarrierQuote,
  type Tracking,
} from '../../../clients/carriers/carrier.ts'
import { createCdek } from '../../../clients/carriers/cdek/cdek.ts'
import { createDpd } from '../../../clients/carriers/dpd/dpd.ts'
import { createUber } from '../../../clients/carriers/uber/uber.ts'
import { createDispatcher, createWire } from '../../../clients/carriers/wire.ts'
import type { CarrierId } from '../../../contracts/logistics.ts'
import { startScripted, type Reply } from '../scripted.ts'
import { mutateReply } from './mutate.ts'
import { identities, scenarios, tokens, type Scenario } from './scenarios.ts'

export type MutationFigures = {
  calls: number
  /** What came of how many. */
  outcomes: Record<string, number>
  /** Anything thrown that is no {@link CarrierError}. */
  crashes: string[]
  /** `booked` that is not, or under another number. */
  wrongBooked: string[]
  /** Refused or absent, though it lives on: another carrier would be booked beside it. */
  wrongDead: string[]
  /** Prices and limits that are no numbers, times that are none. */
  wrongFigures: string[]
}

const factories = { cdek: createCdek, dpd: createDpd, uber: createUber }
const PATIENCE_MS = 400

/** Every valid reply of a carrier, each time changed in one way; the same for the same seed. */
export async function measureMutations(
  id: CarrierId,
  { count, seed }: { count: number; seed: number },
): Promise<MutationFigures> {
  const random = seeded(seed)
  const server = await startScripted()
  const dispatcher = createDispatcher()
  const account = {
    ...{ carrier: id, baseUrl: server.baseUrl, clientId: '1', clientSecret: 'sim' },
    customerId: 'cus_sim',
  }
  const figures: MutationFigures = {
    ...{ calls: 0, outcomes: {}, crashes: [], wrongBooked: [], wrongDead: [], wrongFigures: [] },
  }
  const wire = createWire(dispatcher)
  const lasting = factories[id](account, wire)
  try {
    for (; figures.calls < count; figures.calls++) {
      const scenario = scenarios[id][figures.calls % scenarios[id].length]!
      const mutated = mutateReply(scenario.reply, random)
      server.reset()
      if (tokens[id]) server.on('POST', /token/, { body: tokens[id] })
      for (const other of scenario.others ?? []) server.on(...other)
      server.on(scenario.method, scenario.path, mutated)
      // Tokens are kept: what is granted is read by one that has none.
      const carrier = scenario.name === 'token' ? factories[id](account, wire) : lasting
      await judge(carrier, scenario, mutated, figures)
    }
  } finally {
    await dispatcher.destroy()
    await server.close()
  }
  return figures
}

async function judge(
  carrier: Carrier,
  scenario: Scenario,
  mutated: Reply,
  figures: MutationFigures,
): Promise<void> {
  const seen = () =>
    `${scenario.name}: ${mutated.status ?? 200} ${mutated.instead ?? ''} ${textOf(mutated).slice(0, 1_500)}`
  const count = (outcome: string) =>
    (figures.outcomes[outcome] = (figures.outcomes[outcome] ?? 0) + 1)
  try {
    const answer = await scenario.run(carrier, { timeoutMs: PATIENCE_MS })
    const outcome = (answer as { outcome?: string } | undefined)?.outcome ?? 'told'
    count(outcome)
    if (outcome === 'booked' && !isTruly(carrier.id, scenario, answer as BookAnswer, mutated))
      figures.wrongBooked.push(seen())
    const isDead = outcome === 'rejected' || outcome === 'absent'
    if (isDead && isTellingOfLife(carrier.id, scenario, mutated))
      figures.wrongDead.push(`${outcome} ${seen()}`)
    if (!areFigures(answer)) figures.wrongFigures.push(seen())
  } catch (error) {
    if (error instanceof CarrierError) count(error.kind)
    else figures.crashes.push(`${String(error)} ${(error as Error).stack ?? ''} ${seen()}`)
  }
}

const textOf = ({ body = '' }: Reply) =>
  Buffer.isBuffer(body) ? body.toString() : typeof body === 'string' ? body : JSON.stringify(body)

/**
 * It is booked there, and what was read says so, all of it. A number that was changed inside of an answer which is whole is
 * another answer; where we know whom we asked for it must be that one.
 */
function isTruly(
  id: CarrierId,
  { truth, name }: Scenario,
  answer: BookAnswer,
  { status = 200, body, cutAt }: Reply,
): boolean {
  if (truth !== 'booked' || answer.outcome !== 'booked' || status !== 200) return false
  const text = textOf({ body: body ?? '' }).replace(/<!\[CDATA\[(.*?)\]\]>/g, '$1')
  if (cutAt !== undefined && cutAt < Buffer.byteLength(text)) return false
  const { carrierId, trackingNumber } = answer
  if (name === 'confirm' && carrierId !== identities[id]) return false
  const proofs = {
    cdek: ['SUCCESSFUL', 'CREATED', `"${carrierId}"`, trackingNumber],
    dpd: ['>OK<', `>${carrierId}<`, '>A-1001-1<', 'Envelope>'],
    uber: [`"${carrierId}"`, 'A-1001-1'],
  }
  return proofs[id].every((proof) => text.includes(proof)) && (id === 'dpd' || isJson(text))
}

/** It lives on, and what was read still names it: from an answer without any of it nobody could know. */
function isTellingOfLife(id: CarrierId, { truth }: Scenario, mutated: Reply): boolean {
  if (truth !== 'booked' && truth !== 'pending') return false
  const text = textOf(mutated)
  return ['A-1001-1', identities[id], 'duplicate_delivery'].some((sign) => text.includes(sign))
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** As it is kept: in UTC, and of this century. */
const isInstant = (time: string) => /^20\d\d-/.test(time) && new Date(time).toISOString() === time

function areFigures(answer: unknown): boolean {
  const { quotes = [], ...told } = (answer ?? {}) as Partial<Tracking> & {
    quotes?: CarrierQuote[]
  }
  const { eta } = told
  if (eta !== undefined && !isInstant(eta) && !isInstant(`${eta}T00:00:00.000Z`)) return false
  const times = [told.storedUntil, ...(told.events ?? []).map((one) => one.occurredAt)]
  if (!times.every((time) => time === undefined || isInstant(time))) return false
  return quotes.every(
    ({ price, transit }) =>
      Number.isSafeInteger(price.amount) &&
      price.amount >= 0 &&
      (transit.unit === 'instant' || (transit.min >= 0 && transit.max >= transit.min)),
  )
}
