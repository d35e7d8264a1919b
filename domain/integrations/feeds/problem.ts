import type { Language } from './left-out.ts'

export type FeedProblemCode =
  'shrunk' | 'no-items' | 'overtaken' | 'gone' | 'cancelled' | 'abandoned' | 'damaged' | 'internal'

/** Why a publication is not what is served, in a sentence. A code of the check's own means that the file was damaged. */
export function describeFeedProblem(
  { code, params = {} }: { code: string; params?: Record<string, string | number> },
  language: Language,
): string {
  const text = TEXTS[code as FeedProblemCode] ?? TEXTS.damaged
  return text[language].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''))
}

const TEXTS: Record<FeedProblemCode, Record<Language, string>> = {
  shrunk: {
    ru: 'В фиде было {before} товаров, а стало бы {now}: опубликован прежний. Если так и задумано, опубликуйте с confirmShrink=true.',
    en: 'The feed had {before} items and would have {now}: the one before is still served. If this is meant, publish with confirmShrink=true.',
  },
  'no-items': {
    ru: 'Ни одного товара, который приняла бы площадка: посмотрите, почему товары не попали в фид.',
    en: 'There is no item that the marketplace would take: see what was left out, and why.',
  },
  overtaken: {
    ru: 'Пока фид собирался, опубликован более новый.',
    en: 'While it was being made, a newer one was published.',
  },
  gone: { ru: 'Магазин не работает.', en: 'The shop is not active.' },
  cancelled: { ru: 'Публикация отменена.', en: 'The publication was cancelled.' },
  abandoned: {
    ru: 'Публикация прервалась: опубликуйте фид ещё раз.',
    en: 'The publication broke off: publish the feed again.',
  },
  damaged: {
    ru: 'Файл не прошёл проверку и не опубликован; прежний остался. Мы уже знаем об этом.',
    en: 'The file did not pass its check and was not published; the one before is still served. We know of it.',
  },
  internal: {
    ru: 'Не удалось собрать фид: это наша ошибка. Прежний остался.',
    en: 'The feed could not be made: our fault. The one before is still served.',
  },
}
