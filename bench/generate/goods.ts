import { seeded } from './random.ts'

export type Good = {
  id: string
  kind: string
  parent: string
  name: string
  brand: string
  vendorCode: string
  /** Kopecks. */
  priceMinor: number
  oldPriceMinor: number | undefined
  url: string
  picture: string
  description: string
  barcode: string
  colour: string
  watts: number
  units: number
}

export const parents = ['Дом', 'Отдых', 'Техника']
export const kinds = [
  'Чайник',
  'Наушники',
  'Рюкзак',
  'Лампа',
  'Кроссовки',
  'Плед',
  'Колонка',
  'Кофемолка',
]
const traits = [
  'беспроводные',
  'складной',
  'детский',
  'для дома',
  'походный',
  'с подсветкой',
  'лёгкий',
]
const brands = ['Бирюса', 'Сигма & Ко', 'Nordvik', 'Полюс', 'Aurora', 'Тайга']
const colours = ['синий', 'чёрный', 'жёлтый', 'белый', 'тёмно-зелёный']

/** Believable goods: the same count and seed always make the same ones. */
export function* generateGoods({
  count,
  seed = 1,
}: {
  count: number
  seed?: number
}): Generator<Good> {
  const random = seeded(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  for (let number = 1; number <= count; number++) {
    const kind = Math.floor(random() * kinds.length)
    const brand = pick(brands)
    const priceMinor = 10_000 + Math.floor(random() * 90_000) * 100 + (random() < 0.2 ? 50 : 0)
    yield {
      id: `0${number}`,
      kind: kinds[kind]!,
      parent: parents[kind % parents.length]!,
      name: `${kinds[kind]} ${pick(traits)} ${brand} М-${number}`,
      brand,
      vendorCode: `М-${number}`,
      priceMinor,
      oldPriceMinor: random() < 0.3 ? priceMinor + 50_000 : undefined,
      url: `https://lavka.example/goods/${number}?from=feed&utm=1`,
      picture: `https://cdn.example.com/${number}.jpg`,
      description: `<p>Хорошая вещь: ${pick(traits)}, надолго.</p>`,
      barcode: ean13(number),
      colour: pick(colours),
      watts: 5 + (number % 95),
      units: Math.floor(random() * 50),
    }
  }
}

function ean13(number: number): string {
  const digits = `20${String(number).padStart(10, '0')}`
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 ? 3 : 1), 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}
