import type { DeliveryPhase, TrackingStatus } from '../../contracts/logistics.ts'
import { isAwaited } from './replan.ts'

export type Language = 'ru' | 'en'
type Words = Record<Language, string>

/** What of a shipment its buyer is told in words. Instants are ISO 8601. */
export type Told = {
  phase: DeliveryPhase
  status: TrackingStatus | null
  /** What its carrier says of it, in our words. */
  reason?: string | null
  promiseEarliest: string | null
  promiseLatest: string | null
  eta: string | null
  /** What was told instead of the promise. */
  expectedBy: string | null
  endedAt: string | null
  /** Of the booking that lives, the oldest first. */
  events: readonly { at: string; status: TrackingStatus }[]
  timeZone: string
}

/** `good`: it is there; `calm`: on its way; `late`; `bad`: it will not come as it was. */
export type Tone = 'good' | 'calm' | 'late' | 'bad'

/** Each status as a line of the timeline. */
export const STATUS_WORDS: Record<TrackingStatus, Words> = {
  'booking-pending': { ru: 'Передаём заказ перевозчику', en: 'Being passed to the carrier' },
  booked: { ru: 'Заказ оформлен у перевозчика', en: 'Booked with the carrier' },
  'courier-assigned': { ru: 'Назначен курьер', en: 'A courier is assigned' },
  accepted: { ru: 'Принят перевозчиком', en: 'Accepted by the carrier' },
  'in-transit': { ru: 'В пути', en: 'On its way' },
  'at-destination': { ru: 'Прибыл в город получения', en: 'Arrived in your city' },
  'ready-for-pickup': { ru: 'Готов к выдаче', en: 'Ready to be collected' },
  'out-for-delivery': { ru: 'Передан курьеру', en: 'Out for delivery' },
  'attempt-failed': { ru: 'Вручить не удалось', en: 'Could not be handed over' },
  exception: { ru: 'Задержка в пути', en: 'Held up on its way' },
  delivered: { ru: 'Получен', en: 'Delivered' },
  returning: { ru: 'Возвращается продавцу', en: 'On its way back to the seller' },
  returned: { ru: 'Возвращён продавцу', en: 'Returned to the seller' },
  lost: { ru: 'Утерян перевозчиком', en: 'Lost by the carrier' },
  cancelled: { ru: 'Отменён', en: 'Cancelled' },
  rejected: { ru: 'Не принят перевозчиком', en: 'Not taken by the carrier' },
}

const HEADLINES: Record<string, Words> = {
  planning: { ru: 'Собираем заказ', en: 'We are preparing your order' },
  'attempt-failed': {
    ru: 'Вручить не удалось, попробуем ещё раз',
    en: 'Could not be handed over, we will try again',
  },
  waiting: { ru: 'Уточняем детали доставки', en: 'We are sorting out the delivery' },
  booked: { ru: 'Готовим к отправке', en: 'Getting ready to be sent' },
  'in-transit': { ru: 'Заказ в пути', en: 'Your order is on its way' },
  'at-destination': { ru: 'Заказ уже в вашем городе', en: 'Your order is in your city' },
  'ready-for-pickup': { ru: 'Можно забирать', en: 'Ready to be collected' },
  'out-for-delivery': { ru: 'Курьер уже едет', en: 'The courier is on the way' },
  exception: { ru: 'Доставка задерживается', en: 'The delivery is held up' },
  delivered: { ru: 'Заказ получен', en: 'Delivered' },
  returning: { ru: 'Заказ возвращается продавцу', en: 'Your order is going back to the seller' },
  returned: { ru: 'Заказ вернулся продавцу', en: 'Your order went back to the seller' },
  lost: { ru: 'Перевозчик потерял заказ', en: 'The carrier has lost your order' },
  cancelled: { ru: 'Доставка отменена', en: 'The delivery was cancelled' },
  failed: { ru: 'Доставить не получилось', en: 'The delivery did not work out' },
}

const DISPOSED_OF: Words = {
  ru: 'Заказ не забрали, перевозчик его утилизировал',
  en: 'Nobody collected your order, and the carrier has disposed of it',
}
type Stands = Pick<Told, 'status' | 'reason'>
const isDisposedOf = ({ status, reason }: Stands) => status === 'lost' && reason === 'disposed-of'

/** An event as a line of the timeline. */
export const lineOf = (event: Stands & { status: TrackingStatus }, language: Language): string =>
  isDisposedOf(event) ? DISPOSED_LINE[language] : STATUS_WORDS[event.status][language]
const DISPOSED_LINE: Words = {
  ru: 'Не востребован, утилизирован',
  en: 'Not collected, disposed of',
}

const ENDS: readonly string[] = ['returning', 'returned', 'lost', 'cancelled', 'failed']

/** `null` where it has no progress to show any more. Of five: order, booked, on its way, in the city, received. */
export function stepOf({ phase, status }: Pick<Told, 'phase' | 'status'>): number | null {
  const key = headlineKey({ phase, status })
  if (ENDS.includes(key)) return null
  const steps = ['planning', 'booked', 'in-transit', 'at-destination', 'delivered']
  const step = steps.indexOf(key)
  if (step >= 0) return step
  if (key === 'waiting') return 0
  return key === 'exception' ? 2 : 3
}

function headlineKey({ phase, status }: Pick<Told, 'phase' | 'status'>): string {
  if (phase === 'booking') return 'planning'
  if (phase !== 'handed-over') return phase
  return status !== null && status in HEADLINES && status !== 'booked' ? status : 'in-transit'
}

export type Promised = {
  /** `28–30 ноября`, or the hours of one day. */
  promise?: string
  /** Whether it is late, in words; absent where there is nothing to add. */
  lateness?: string
}

export function tellBuyer(told: Told, now: Date, language: Language) {
  const key = headlineKey(told)
  const { lateness, isLate } = latenessOf(told, now, language)
  const promise = promiseOf(told, language)
  const tone: Tone = ENDS.includes(key)
    ? 'bad'
    : key === 'delivered' || key === 'ready-for-pickup'
      ? 'good'
      : isLate
        ? 'late'
        : 'calm'
  return {
    headline: (isDisposedOf(told) ? DISPOSED_OF : HEADLINES[key]!)[language],
    tone,
    isLate,
    ...(promise !== undefined && { promise }),
    // What waits at its point, or goes back, is not on its way late.
    ...(lateness !== undefined &&
      !ENDS.includes(key) &&
      key !== 'ready-for-pickup' && { lateness }),
  }
}

function promiseOf(
  { promiseEarliest, promiseLatest, timeZone }: Told,
  language: Language,
): string | undefined {
  if (!promiseEarliest || !promiseLatest) return undefined
  const [from, to] = [new Date(promiseEarliest), new Date(promiseLatest)]
  const dates = days(timeZone, language)
  if (dates.format(from) !== dates.format(to)) return dates.formatRange(from, to)
  const hours = clock(timeZone)
  const [first, last] = [hours.format(from), hours.format(to)]
  if (first === last) return `${dates.format(to)}, ${last}`
  return language === 'ru'
    ? `${dates.format(to)} с ${first} до ${last}`
    : `${dates.format(to)}, ${first} to ${last}`
}

function latenessOf(
  told: Told,
  now: Date,
  language: Language,
): { isLate: boolean; lateness?: string } {
  const { promiseLatest, phase, timeZone } = told
  if (!promiseLatest) return { isLate: false }
  const latest = Date.parse(promiseLatest)
  const dates = days(timeZone, language)
  const by = dates.format(latest)
  const arrivedAt = arrivalOf(told)
  if (arrivedAt !== null) {
    const isLate = Date.parse(arrivedAt) > latest
    if (phase !== 'delivered' || !isLate) return { isLate }
    return { isLate, lateness: say(LATE_THEN, language, { by }) }
  }
  const expected = expectedOf(told, now)
  const on = expected === undefined ? '' : dayUnlike(by, told, expected, language)
  if (now.getTime() > latest) {
    const words = expected !== undefined ? LATE_UNTIL : isAsked(told) ? LATE_NOW : LATE
    return { isLate: true, lateness: say(words, language, { by, on }) }
  }
  if (expected !== undefined && expected > latest)
    return { isLate: true, lateness: say(LATE_SOON, language, { by, on }) }
  return { isLate: false }
}

/** At a point it has come when it waits there, whenever its buyer fetches it. */
const arrivalOf = ({ events, endedAt }: Told): string | null =>
  events.find(({ status }) => status === 'ready-for-pickup')?.at ?? endedAt

/** Somebody asks its carrier: there is a task of kind `late`. */
const isAsked = ({ phase, status }: Told) =>
  phase === 'handed-over' && status !== null && isAwaited(status)

/** Where it is the day that was promised, only the hour tells it apart. */
function dayUnlike(by: string, { timeZone }: Told, at: number, language: Language): string {
  const day = days(timeZone, language).format(at)
  return day === by ? momentIn(timeZone, language)(new Date(at).toISOString()) : day
}

/** A day that has passed is nobody's expectation any more. */
const expectedOf = ({ expectedBy, eta, status }: Told, now: Date): number | undefined =>
  [status !== null && isAwaited(status) ? expectedBy : null, eta]
    .map((at) => (at === null ? -Infinity : Date.parse(at)))
    .find((at) => at > now.getTime())

const LATE_THEN: Words = {
  ru: 'Позже, чем обещали: ждали до {by}.',
  en: 'Later than promised: it was due by {by}.',
}
const LATE_UNTIL: Words = {
  ru: 'Опаздывает: обещали до {by}, теперь ждём {on}.',
  en: 'Late: promised by {by}, now expected on {on}.',
}
const LATE: Words = {
  ru: 'Опаздывает: обещали до {by}.',
  en: 'Late: promised by {by}.',
}
const LATE_NOW: Words = {
  ru: 'Опаздывает: обещали до {by}. Уже разбираемся с перевозчиком.',
  en: 'Late: promised by {by}. We are asking the carrier.',
}
const LATE_SOON: Words = {
  ru: 'Скорее всего опоздает: обещали до {by}, теперь ждём {on}.',
  en: 'It will probably be late: promised by {by}, now expected on {on}.',
}

const say = (words: Words, language: Language, values: Record<string, string>): string =>
  words[language].replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')

const LOCALES = { ru: 'ru-RU', en: 'en-GB' }

const days = (timeZone: string, language: Language) =>
  new Intl.DateTimeFormat(LOCALES[language], { timeZone, day: 'numeric', month: 'long' })

const clock = (timeZone: string) =>
  new Intl.DateTimeFormat('ru-RU', { timeZone, hour: '2-digit', minute: '2-digit' })

/** `28 ноября, 14:05` on a clock of the zone. */
export const momentIn = (timeZone: string, language: Language) => (at: string) =>
  `${days(timeZone, language).format(new Date(at))}, ${clock(timeZone).format(new Date(at))}`

export const dayIn = (timeZone: string, language: Language) => (at: string) =>
  days(timeZone, language).format(new Date(at))
