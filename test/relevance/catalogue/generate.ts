import { withContentHash } from '../../../domain/storefront/content-hash.ts'
import { attributePair, type ShopProductDocument } from '../../../domain/storefront/document.ts'
import { appliances } from './appliances.ts'
import { auto } from './auto.ts'
import { beauty } from './beauty.ts'
import { children } from './children.ts'
import { clothing } from './clothing.ts'
import { computers } from './computers.ts'
import { agree, type Family, type Gender } from './family.ts'
import { food } from './food.ts'
import { home } from './home.ts'
import { kitchen } from './kitchen.ts'
import { phones } from './phones.ts'
import { sound } from './sound.ts'
import { tools } from './tools.ts'
import { video } from './video.ts'

/** What is known of a good because it was made so: judgements are stated on it, never on a search engine's answers. */
export type Truth = {
  family: string
  noun: string
  brand: string
  model: string
  code: string
  /** Adjectives and details by attribute: `Цвет` → `чёрный`. */
  traits: Record<string, string>
  /** For an accessory, the model that it is made for. */
  fits: string
}

export type Good = { truth: Truth; document: ShopProductDocument }

const SEED = 20261125
const GOODS_PER_SHARE = 0.64
const families: readonly Family[] = [
  ...[phones, sound, computers, video, kitchen, appliances, home, clothing, children, auto],
  ...[tools, beauty, food],
].flat()
const shops = ['Лавка', 'ТехноДом', 'Всё для всех', 'Уют', 'Базар 24'].map((name, i) => ({
  id: String(i + 1),
  name,
}))

/** The same goods every time: some five thousand of them, in an order that tells nothing. */
export function generateCatalogue(): Good[] {
  const random = mulberry32(SEED)
  const categories = new Map<string, string>()
  const goods = families.flatMap((family) =>
    Array.from({ length: Math.round(family.share * GOODS_PER_SHARE) }, () =>
      makeTruth(family, random),
    ).map((truth) => [family, truth] as const),
  )
  return shuffled(goods, random).map(([family, { truth, gender }], i) => ({
    truth,
    document: toDocument(family, truth, gender, String(i + 1), categories, random),
  }))
}

type Random = () => number

function makeTruth(family: Family, random: Random): { truth: Truth; gender: Gender } {
  const [noun, gender] = pick(family.nouns, random).split(':') as [string, Gender]
  const brand = pick(Object.keys(family.makers), random)
  const [model = '', code = ''] = pick(family.makers[brand]!, random).split('|')
  const traits: Record<string, string> = {}
  for (const [name, values] of Object.entries({ ...family.adjectives, ...family.details }))
    traits[name] = pick(values, random)
  const fits = family.fits ? pick(family.fits, random) : ''
  return {
    truth: { family: family.id, noun, brand, model: digits(model, random), code, traits, fits },
    gender,
  }
}

function toDocument(
  family: Family,
  truth: Truth,
  gender: Gender,
  id: string,
  categories: Map<string, string>,
  random: Random,
): ShopProductDocument {
  const path = family.path.split(' / ')
  const ids = path.map((_, depth) => {
    const key = path.slice(0, depth + 1).join(' / ')
    if (!categories.has(key)) categories.set(key, String(categories.size + 1))
    return categories.get(key)!
  })
  const priceMinor = Math.round(200 * 1.7 ** (random() * 12)) * 100
  const units = Math.floor(random() * 20)
  return withContentHash({
    id,
    externalId: `g-${id}`,
    name: nameOf(family, truth, gender, random),
    brand: truth.brand || null,
    model: truth.model && random() < 0.5 ? truth.model : null,
    vendorCode: truth.code && random() < 0.6 ? truth.code : null,
    barcodes: [`46${String(Math.floor(random() * 1e11)).padStart(11, '0')}`],
    description: descriptionOf(family, truth, random),
    category: { id: ids.at(-1)!, name: path.at(-1)!, path: ids, names: path },
    shop: pick(shops, random),
    sellerId: '1',
    priceMinor,
    oldPriceMinor: null,
    currency: 'RUB',
    url: null,
    pictures: [],
    available: true,
    attributes: Object.entries(truth.traits).map(([name, value]) => attributePair(name, value)),
    cities: units > 0 ? ['msk'] : [],
    units: { total: units, byCity: units > 0 ? { msk: units } : {} },
    popularity: Math.floor(random() ** 3 * 1000),
    createdAt: '2026-11-01T00:00:00.000Z',
  })
}

/** As sellers write: in different orders, with and without brand, code and colour, now and then in capitals. */
function nameOf(family: Family, truth: Truth, gender: Gender, random: Random): string {
  const { noun, brand, model, code, traits, fits } = truth
  const adjectives = Object.keys(family.adjectives ?? {}).map((name) =>
    agree(traits[name]!, gender),
  )
  const [first = '', ...others] = adjectives
  const details = Object.keys(family.details ?? {}).map((name) => traits[name]!)
  const target = fits && `для ${fits.replace('|', ' ')}`
  const named = random() < 0.9 ? brand : ''
  const coded = code && random() < 0.6 ? code : ''
  const styles = [
    [noun, first, named, model, coded, target, ...others, ...details],
    [noun, target, named, model, ...adjectives, ...details],
    [named, model, coded, noun.toLowerCase(), target, ...details, ...adjectives],
    [noun, ...adjectives, named, model, target, coded && `(${coded})`, ...details],
  ]
  const name = pick(styles, random).filter(Boolean).join(' ')
  return random() < 0.05 ? name.toUpperCase() : name
}

function descriptionOf({ about, path }: Family, truth: Truth, random: Random): string | null {
  if (random() < 0.3) return null
  const traits = Object.entries(truth.traits).map(([name, value]) => `${name}: ${value}.`)
  const delivery = ['Быстрая доставка.', 'Гарантия 12 месяцев.', 'Оригинальный товар.', '']
  const place = path.split(' / ').at(-1)!
  return [`${place} ${truth.brand} ${truth.model}.`, about && `${about}.`, ...traits]
    .concat(pick(delivery, random))
    .filter(Boolean)
    .join(' ')
}

const digits = (model: string, random: Random) =>
  model.replaceAll('#', () => String(Math.floor(random() * 10)))

const pick = <T>(values: readonly T[], random: Random): T =>
  values[Math.floor(random() * values.length)]!

function shuffled<T>(values: readonly T[], random: Random): T[] {
  const result = [...values]
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}

/** A generator of 32 bits of state: the same numbers on every machine. */
function mulberry32(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
