import type { Context } from 'hono'

export type Language = 'ru' | 'en'

/** A text for people, in every language that we speak. */
export type Text = Record<Language, string>

/** Russian unless `Accept-Language` prefers English (RFC 9110, 12.5.4). */
export function languageOf(c: Context): Language {
  const header = c.req.header('Accept-Language')
  return header ? preferred(header) : 'ru'
}

function preferred(header: string): Language {
  const weights: Record<Language, number> = { ru: 0, en: 0 }
  for (const range of header.slice(0, 256).split(',')) {
    const [tag = '', ...parameters] = range.split(';')
    const language = tag.trim().toLowerCase().split('-', 1)[0]
    if (language === 'ru' || language === 'en')
      weights[language] = Math.max(weights[language], weightOf(parameters))
  }
  return weights.en > weights.ru ? 'en' : 'ru'
}

function weightOf(parameters: string[]): number {
  const quality = parameters.find((parameter) => parameter.trim().startsWith('q='))
  if (quality === undefined) return 1
  const weight = Number(quality.trim().slice(2))
  return weight >= 0 && weight <= 1 ? weight : 0
}
