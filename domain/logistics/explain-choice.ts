import type { RankedCandidate } from './rank.ts'

export type BothLanguages = { ru: string; en: string }

/** Why the first of a list is the first, for people. */
export function explainChoice(ranked: readonly RankedCandidate[]): BothLanguages {
  const [first, second] = ranked
  if (!first) return { ru: 'Ни один перевозчик не подходит.', en: 'No carrier can take it.' }
  const ru = [`${nameOf(first)}: ${partsRu(first)}.`]
  const en = [`${nameOf(first)}: ${partsEn(first)}.`]
  if (second) {
    const [bestRu, bestEn] = difference(first, second)
    ru.push(`Выбран перед ${nameOf(second)} (${partsRu(second)}): ${bestRu}.`)
    en.push(`Chosen before ${nameOf(second)} (${partsEn(second)}): ${bestEn}.`)
  }
  return { ru: ru.join(' '), en: en.join(' ') }
}

const NAMES = { cdek: 'СДЭК', dpd: 'DPD', uber: 'Uber' } as const
const nameOf = ({ carrier, serviceName }: RankedCandidate) => `${NAMES[carrier]} «${serviceName}»`

const partsRu = ({ priceMinor, currency, why }: RankedCandidate) =>
  `${money(priceMinor, currency)}, с вероятностью 90 % за ${why.p90Hours} ч, вовремя ${percent(why.onTime)} %`
const partsEn = ({ priceMinor, currency, why }: RankedCandidate) =>
  `${money(priceMinor, currency)}, nine of ten within ${why.p90Hours} h, on time ${percent(why.onTime)} %`

const CRITERIA = {
  price: ['дешевле', 'cheaper'],
  time: ['быстрее', 'faster'],
  reliability: ['надёжнее', 'more reliable'],
  failure: ['меньше ожидаемые потери от срыва', 'less is lost when it fails'],
} as const

function difference(first: RankedCandidate, second: RankedCandidate): readonly [string, string] {
  const [name] = (Object.keys(CRITERIA) as (keyof typeof CRITERIA)[])
    .map((key) => [key, second.why[key] - first.why[key]] as const)
    .reduce((best, one) => (one[1] > best[1] ? one : best))
  return second.why.score === first.why.score ? ['поровну', 'even'] : CRITERIA[name]
}

const money = (minor: number, currency: string) => `${(minor / 100).toFixed(2)} ${currency}`
const percent = (share: number) => Math.round(share * 100)
