import { describe, expect, it } from 'vitest'
import { lineOf, stepOf, tellBuyer, type Told } from '../../domain/logistics/buyer-words.ts'
import { TRACKING_STATUSES } from '../../domain/logistics/tracking-status.ts'

const told = (more: Partial<Told> = {}): Told => ({
  ...{ phase: 'handed-over', status: 'in-transit', eta: null, expectedBy: null, endedAt: null },
  ...{ promiseEarliest: '2026-11-28T06:00:00Z', promiseLatest: '2026-11-30T18:00:00Z' },
  ...{ timeZone: 'Europe/Moscow', events: [] },
  ...more,
})
const now = new Date('2026-11-27T12:00:00Z')
const say = (more: Partial<Told> = {}, at = now) => tellBuyer(told(more), at, 'ru')

describe('the buyer is told', () => {
  it.each([
    [{ phase: 'planning', status: null }, 'Собираем заказ', 'calm', 0],
    [{ phase: 'booking', status: null }, 'Собираем заказ', 'calm', 0],
    [{ phase: 'waiting', status: null }, 'Уточняем детали доставки', 'calm', 0],
    [{ phase: 'booked', status: 'booked' }, 'Готовим к отправке', 'calm', 1],
    [{ status: 'accepted' }, 'Заказ в пути', 'calm', 2],
    [{ status: 'exception' }, 'Доставка задерживается', 'calm', 2],
    [{ status: 'at-destination' }, 'Заказ уже в вашем городе', 'calm', 3],
    [{ status: 'ready-for-pickup' }, 'Можно забирать', 'good', 3],
    [{ status: 'out-for-delivery' }, 'Курьер уже едет', 'calm', 3],
    [{ status: 'attempt-failed' }, 'Вручить не удалось, попробуем ещё раз', 'calm', 3],
    [{ phase: 'delivered', status: 'delivered' }, 'Заказ получен', 'good', 4],
    [{ status: 'returning' }, 'Заказ возвращается продавцу', 'bad', null],
    [{ phase: 'lost', status: 'lost' }, 'Перевозчик потерял заказ', 'bad', null],
    [
      { phase: 'lost', status: 'lost', reason: 'disposed-of' },
      'Заказ не забрали, перевозчик его утилизировал',
      ...(['bad', null] as const),
    ],
    [{ phase: 'cancelled', status: null }, 'Доставка отменена', 'bad', null],
    [{ phase: 'failed', status: 'cancelled' }, 'Доставить не получилось', 'bad', null],
  ] as [Partial<Told>, string, string, number | null][])(
    'of %j: %s',
    (more, headline, tone, step) => {
      expect(say(more)).toMatchObject({ headline, tone })
      expect(stepOf(told(more))).toBe(step)
    },
  )

  it('in the timeline, too, what was not collected from what was lost', () => {
    expect(lineOf({ status: 'lost', reason: 'disposed-of' }, 'ru')).toBe(
      'Не востребован, утилизирован',
    )
    expect(lineOf({ status: 'lost', reason: 'lost' }, 'ru')).toBe('Утерян перевозчиком')
    expect(lineOf({ status: 'delivered', reason: null }, 'en')).toBe('Delivered')
  })

  it('something of every status and phase there is, in both languages', () => {
    for (const status of TRACKING_STATUSES)
      for (const phase of ['booked', 'handed-over', 'failed'] as const)
        for (const language of ['ru', 'en'] as const)
          expect(tellBuyer(told({ status, phase }), now, language).headline).toMatch(/\S{3}/)
  })
})

describe('the promise', () => {
  it.each([
    ['2026-11-28T06:00:00Z', '2026-11-30T18:00:00Z', '28–30 ноября'],
    ['2026-11-30T06:00:00Z', '2026-12-02T18:00:00Z', '30 ноября – 2 декабря'],
    ['2026-11-28T07:00:00Z', '2026-11-28T11:00:00Z', '28 ноября с 10:00 до 14:00'],
    ['2026-11-28T21:30:00Z', '2026-11-29T18:00:00Z', '29 ноября с 00:30 до 21:00'],
  ])('from %s to %s is %s', (promiseEarliest, promiseLatest, promise) => {
    expect(say({ promiseEarliest, promiseLatest }).promise?.replaceAll(/\s/g, ' ')).toBe(promise)
  })

  it('is absent while there is none', () => {
    const none = { promiseEarliest: null, promiseLatest: null }
    expect(say(none)).not.toHaveProperty('promise')
    expect(say(none).isLate).toBe(false)
  })
})

describe('lateness', () => {
  const after = new Date('2026-12-01T12:00:00Z')
  it.each([
    ['on time', {}, now, false, undefined],
    ['expected in time', { eta: '2026-11-30T17:00:00Z' }, now, false, undefined],
    [
      'expected too late',
      { eta: '2026-12-02T10:00:00Z' },
      now,
      true,
      'Скорее всего опоздает: обещали до 30 ноября, теперь ждём 2 декабря.',
    ],
    [
      'expected hours too late',
      { eta: '2026-11-30T20:30:00Z' },
      now,
      true,
      'Скорее всего опоздает: обещали до 30 ноября, теперь ждём 30 ноября, 23:30.',
    ],
    [
      'late',
      { eta: '2026-11-30T10:00:00Z' },
      after,
      true,
      'Опаздывает: обещали до 30 ноября. Уже разбираемся с перевозчиком.',
    ],
    [
      'late before its carrier has it, about which nobody asks it',
      { phase: 'booked', status: 'booked' },
      after,
      true,
      'Опаздывает: обещали до 30 ноября.',
    ],
    [
      'late with a new estimate',
      { eta: '2026-12-03T10:00:00Z' },
      after,
      true,
      'Опаздывает: обещали до 30 ноября, теперь ждём 3 декабря.',
    ],
    [
      'received late',
      { phase: 'delivered', status: 'delivered', endedAt: '2026-12-01T09:00:00Z' },
      after,
      true,
      'Позже, чем обещали: ждали до 30 ноября.',
    ],
    [
      'ready at its point in time and fetched later',
      {
        ...{ phase: 'delivered', status: 'delivered', endedAt: '2026-12-01T09:00:00Z' },
        events: [
          { at: '2026-11-28T09:00:00Z', status: 'in-transit' },
          { at: '2026-11-29T09:00:00Z', status: 'ready-for-pickup' },
          { at: '2026-12-01T09:00:00Z', status: 'delivered' },
        ],
      },
      after,
      false,
      undefined,
    ],
    [
      'waiting at its point since before the promise was over',
      {
        status: 'ready-for-pickup',
        events: [{ at: '2026-11-29T09:00:00Z', status: 'ready-for-pickup' }],
      },
      after,
      false,
      undefined,
    ],
    [
      'ready at its point too late',
      {
        ...{ phase: 'delivered', status: 'delivered', endedAt: '2026-12-02T09:00:00Z' },
        events: [{ at: '2026-12-01T09:00:00Z', status: 'ready-for-pickup' }],
      },
      after,
      true,
      'Позже, чем обещали: ждали до 30 ноября.',
    ],
    [
      'received in time',
      { phase: 'delivered', status: 'delivered', endedAt: '2026-11-29T09:00:00Z' },
      after,
      false,
      undefined,
    ],
  ] as [string, Partial<Told>, Date, boolean, string | undefined][])(
    'of one that is %s',
    (_, more, at, isLate, lateness) => {
      const said = say(more, at)
      expect(said.isLate).toBe(isLate)
      expect(said.lateness).toBe(lateness)
    },
  )
})
