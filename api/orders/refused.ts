import type { Kysely } from 'kysely'
import { hasCity } from '../../db/storefront/cities.ts'
import type { Database } from '../../db/database.ts'
import { OrderRefused, type LineRefusal } from '../../domain/orders/refusal.ts'
import type { Text } from '../language.ts'
import { Problem, type ProblemCode } from '../problem.ts'

type Lines = readonly { shopProductId: string }[]

/** Does what may be refused, and says of which line of the request it is. */
export async function orRefuse<T>(lines: Lines, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof OrderRefused ? refused(error, lines) : error
  }
}

/** @throws {Problem} `validation-failed` for a city that is none of ours */
export async function requireCity(db: Kysely<Database>, cityId: string): Promise<void> {
  if (await hasCity(db, cityId)) return
  throw new Problem('validation-failed', {
    errors: [{ path: 'deliverTo.city', message: { ru: 'нет такого города', en: 'no such city' } }],
  })
}

/** The gravest reason decides the status; each line says its own. */
function refused(error: OrderRefused, lines: Lines): Problem {
  const code = GRAVITY.find((one) =>
    error.refusals.some((refusal) => PROBLEM[refusal.code] === one),
  )
  return new Problem(code ?? 'order-refused', {
    errors: error.refusals.map((refusal) => ({
      path: pathOf(refusal, lines),
      message: MESSAGE[refusal.code](refusal),
    })),
    cause: error,
  })
}

const GRAVITY: ProblemCode[] = ['not-found', 'order-refused', 'out-of-stock', 'price-changed']

const PROBLEM: Record<LineRefusal['code'], ProblemCode> = {
  'unknown-goods': 'not-found',
  'another-shop': 'order-refused',
  'another-currency': 'order-refused',
  'total-too-large': 'order-refused',
  unavailable: 'out-of-stock',
  'out-of-stock': 'out-of-stock',
  'price-changed': 'price-changed',
}

const FIELD: Partial<Record<LineRefusal['code'], string>> = {
  'out-of-stock': 'quantity',
  'total-too-large': 'quantity',
  'price-changed': 'price',
}

function pathOf({ shopProductId, code }: LineRefusal, lines: Lines): string {
  const at = lines.findIndex((line) => line.shopProductId === shopProductId)
  return `lines.${at}.${FIELD[code] ?? 'shopProductId'}`
}

const MESSAGE: Record<LineRefusal['code'], (refusal: LineRefusal) => Text> = {
  'unknown-goods': () => ({ ru: 'такого товара нет', en: 'there are no such goods' }),
  'another-shop': () => ({
    ru: 'товар другого магазина: в заказе товары одного',
    en: 'of another shop: an order holds goods of one',
  }),
  'another-currency': () => ({
    ru: 'цена в другой валюте, чем у остальных',
    en: 'priced in another currency than the others',
  }),
  'total-too-large': () => ({ ru: 'слишком большая сумма', en: 'the total is too large' }),
  unavailable: () => ({ ru: 'сейчас не продаётся', en: 'not on sale at the moment' }),
  'out-of-stock': ({ left = 0 }) => ({ ru: `в городе есть ${left}`, en: `${left} in this city` }),
  'price-changed': () => ({ ru: 'теперь цена другая', en: 'it has another price by now' }),
}
