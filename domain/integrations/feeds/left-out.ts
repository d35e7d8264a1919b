import { quotable } from '../plain-text.ts'
import type { LeftOutCode, LeftOutReason } from './product.ts'

export type Language = 'ru' | 'en'

/** One sentence for the seller: what the marketplace would not take, and what to do. */
export const describeLeftOut = ({ field, code, value }: LeftOutReason, language: Language) =>
  TEXTS[code][language]({ field, value: quoted(value, language) })

function quoted(value: string | undefined, language: Language): string {
  if (value === undefined || value === '') return language === 'ru' ? 'пусто' : 'empty'
  return language === 'ru' ? `«${quotable(value)}»` : `“${quotable(value)}”`
}

type Text = (what: { field: string; value: string }) => string

const TEXTS: Record<LeftOutCode, Record<Language, Text>> = {
  'id-too-long': {
    ru: ({ field, value }) =>
      `Поле ${field} длиннее, чем принимает площадка: ${value}. Дайте товару более короткий id.`,
    en: ({ field, value }) =>
      `The field ${field} is longer than the marketplace takes: ${value}. Give the product a shorter id.`,
  },
  'id-characters': {
    ru: ({ field, value }) =>
      `В поле ${field} есть символы, которых площадка не принимает: ${value}. Можно буквы (кроме «ё»), цифры и знаки . , / \\ ( ) [ ] - = _`,
    en: ({ field, value }) =>
      `The field ${field} has characters that the marketplace does not take: ${value}. Use letters (not “ё”), digits and . , / \\ ( ) [ ] - = _`,
  },
  'name-missing': {
    ru: ({ field }) => `Нет названия: поле ${field} пустое.`,
    en: ({ field }) => `There is no name: the field ${field} is empty.`,
  },
  'currency-not-accepted': {
    ru: ({ field, value }) =>
      `Цена в валюте ${value} не принимается: поле ${field} должно совпадать с валютой фида.`,
    en: ({ field, value }) =>
      `A price in ${value} is not accepted: ${field} must be in the currency of the feed.`,
  },
  'category-unknown': {
    ru: ({ field, value }) => `Категории ${value} больше нет: укажите ${field} заново.`,
    en: ({ field, value }) => `The category ${value} is gone: set ${field} anew.`,
  },
  'link-missing': {
    ru: ({ field, value }) =>
      `Нужна ссылка на страницу товара (${field}): адрес http(s), а стоит ${value}.`,
    en: ({ field, value }) =>
      `A link to the product’s page (${field}) is needed: an http(s) address, not ${value}.`,
  },
  'picture-missing': {
    ru: ({ field }) => `Нужна хотя бы одна картинка (${field}): адрес http(s).`,
    en: ({ field }) => `At least one picture (${field}) is needed: an http(s) address.`,
  },
}
