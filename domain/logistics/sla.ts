import type {
  CompensationTerms,
  DeliveryTerms,
  SlaKind,
  TrackingStatus,
} from '../../contracts/logistics.ts'
import { DEFAULT_COMPENSATION } from './compensation.ts'
import { isEnd } from './tracking-status.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './zone.ts'

export type SlaTerms = DeliveryTerms

export const SLA_VERSION = 1

/** What a shipment was planned with first, for as long as it lives: for all carriers, and by tariff (`cdek`, `cdek:136`). */
export type FrozenTerms = SlaTerms & { byTariff?: Readonly<Record<string, SlaTerms>> }

/** Of a tariff or its carrier, where they have terms of their own. */
export const termsOfTariff = (
  { byTariff = {} }: FrozenTerms,
  carrier: string,
  service: string,
): SlaTerms | undefined => byTariff[`${carrier}:${service}`] ?? byTariff[carrier]

/** As a policy tells them: what it does not is as it was. */
export type OwnTerms = Partial<Omit<SlaTerms, 'compensation'>> & {
  compensation?: Partial<CompensationTerms>
}

/** What `own` does not tell is as it was, silences and compensation one by one. */
export const mergeTerms = (terms: SlaTerms, own: OwnTerms = {}): SlaTerms => ({
  ...{ ...terms, ...own },
  silenceMs: { ...terms.silenceMs, ...own.silenceMs },
  compensation: { ...terms.compensation, ...own.compensation },
})

export const DEFAULT_TERMS: SlaTerms = {
  confirmMs: 5 * MINUTE_MS,
  bookingMs: 15 * MINUTE_MS,
  handOverMs: 2 * DAY_MS,
  silenceMs: {
    'courier-assigned': DAY_MS,
    accepted: 2 * DAY_MS,
    'in-transit': 4 * DAY_MS,
    'at-destination': 2 * DAY_MS,
    'out-for-delivery': DAY_MS,
    'attempt-failed': 2 * DAY_MS,
    exception: DAY_MS,
    returning: 14 * DAY_MS,
  },
  storageWarningMs: 2 * DAY_MS,
  unsettledMs: 30 * MINUTE_MS,
  watchMs: [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 3 * HOUR_MS, DAY_MS, 3 * DAY_MS],
  roundsMs: [MINUTE_MS, 10 * MINUTE_MS, HOUR_MS],
  afterEndMs: 2 * DAY_MS,
  compensation: DEFAULT_COMPENSATION,
}

/** What is known when timers are set; instants in milliseconds. */
export type SlaView = {
  status: TrackingStatus
  /** Which of the shipment's: each carrier can miss its hand-over. */
  attempt: number
  /** The carrier has it, or had it, whatever the status. */
  hasLeft: boolean
  statusAt: number
  bookedAt: number
  readyAt: number
  promiseLatest: number
  eta?: number | undefined
  storedUntil?: number | undefined
  /** Which silence it would be, see {@link silenceStage}; by its status alone, where absent. */
  silence?: string | undefined
}

/** `stage` tells apart what can be missed more than once. */
export type SlaDue = { kind: SlaKind; stage: string; at: number }

export const slaKey = ({ kind, stage }: Pick<SlaDue, 'kind' | 'stage'>): string =>
  stage ? `${kind} ${stage}` : kind

/** A status can fall silent again after each scan, of which there is one a day that counts. */
export const silenceStage = (status: TrackingStatus, statusAtMs: number): string =>
  `${status} ${new Date(statusAtMs).toISOString().slice(0, 10)}`

/** Everything that will be missed unless something happens, the soonest first. */
export function slaDues(view: SlaView, terms: SlaTerms): SlaDue[] {
  const { status, eta, storedUntil, promiseLatest } = view
  if (isEnd(status)) return []
  const dues: SlaDue[] = []
  if (!view.hasLeft)
    dues.push({
      ...{ kind: 'hand-over-late', stage: String(view.attempt) },
      at: Math.max(view.bookedAt, view.readyAt) + terms.handOverMs,
    })
  const silence = terms.silenceMs[status]
  if (silence !== undefined)
    dues.push({ kind: 'silent', stage: view.silence ?? status, at: view.statusAt + silence })
  // What comes back is not late: it does not come.
  if (status !== 'returning') {
    if (eta !== undefined && eta > promiseLatest && status !== 'ready-for-pickup')
      dues.push({ kind: 'late-predicted', stage: '', at: 0 })
    // What waits at its point has arrived in time.
    if (status !== 'ready-for-pickup' || view.statusAt > promiseLatest)
      dues.push({ kind: 'late', stage: '', at: promiseLatest })
  }
  if (status === 'ready-for-pickup' && storedUntil !== undefined)
    dues.push({
      kind: 'storage-expiring',
      stage: new Date(storedUntil).toISOString().slice(0, 10),
      at: storedUntil - terms.storageWarningMs,
    })
  return dues.sort((a, b) => a.at - b.at || (a.kind < b.kind ? -1 : 1))
}

/** The next one that was not raised yet. */
export const nextDue = (
  view: SlaView,
  terms: SlaTerms,
  isRaised: (key: string) => boolean,
): SlaDue | undefined => slaDues(view, terms).find((due) => !isRaised(slaKey(due)))
