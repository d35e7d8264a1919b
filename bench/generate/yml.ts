import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'

export type YmlSettings = {
  offers: number
  seed?: number
  /** Ids of warehouses to spread stock over; without them an offer has a plain count. */
  outlets?: readonly string[]
}

const kinds = ['Чайник', 'Наушники', 'Рюкзак', 'Лампа', 'Кроссовки', 'Плед', 'Колонка', 'Кофемолка']
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

/** A believable feed: the same settings always make the same bytes, about half a kilobyte per offer. */
export async function* generateYml({
  offers,
  seed = 1,
  outlets = [],
}: YmlSettings): AsyncGenerator<Buffer> {
  const random = mulberry32(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const categories = kinds.map(
    (kind, index) =>
      `<category id="${index + 10}" parentId="${1 + (index % 3)}">${kind}</category>`,
  )
  let text = `<?xml version="1.0" encoding="UTF-8"?>
<yml_catalog date="2026-11-23T12:00:00+03:00"><shop><name>Большая лавка</name><company>ООО «Лавка»</company>
<currencies><currency id="RUR" rate="1"/></currencies>
<categories><category id="1">Дом</category><category id="2">Отдых</category><category id="3">Техника</category>
${categories.join('\n')}</categories>
<offers>\n`
  for (let number = 1; number <= offers; number++) {
    const kind = Math.floor(random() * kinds.length)
    const brand = pick(brands).replace('&', '&amp;')
    const price = 100 + Math.floor(random() * 90_000)
    const stock =
      outlets.length > 0
        ? `<outlets>${outlets.map((id) => `<outlet id="${id}" instock="${Math.floor(random() * 9)}"/>`).join('')}</outlets>`
        : `<count>${Math.floor(random() * 50)}</count>`
    text += `<offer id="0${number}" available="true"><name>${kinds[kind]} ${pick(traits)} ${brand} М-${number}</name>
<url>https://lavka.example/goods/${number}?from=yml&amp;utm=1</url><price>${price}.${random() < 0.2 ? '50' : '00'}</price>${
      random() < 0.3 ? `<oldprice>${price + 500}</oldprice>` : ''
    }<currencyId>RUR</currencyId><categoryId>${kind + 10}</categoryId><picture>https://cdn.example.com/${number}.jpg</picture>
<vendor>${brand}</vendor><vendorCode>М-${number}</vendorCode><description><![CDATA[<p>Хорошая вещь: ${pick(traits)}, надолго.</p>]]></description>
<barcode>${ean13(number)}</barcode><param name="Цвет">${pick(colours)}</param><param name="Мощность" unit="Вт">${5 + (number % 95)}</param>${stock}</offer>\n`
    if (text.length > 60_000) {
      yield Buffer.from(text)
      text = ''
    }
  }
  yield Buffer.from(`${text}</offers></shop></yml_catalog>\n`)
}

function ean13(number: number): string {
  const digits = `20${String(number).padStart(10, '0')}`
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 ? 3 : 1), 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}

/** A small generator with a seed: the same numbers on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      offers: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
    },
  })
  const settings = { offers: Number(values.offers), seed: Number(values.seed) }
  const target = values.out ? createWriteStream(values.out) : process.stdout
  await pipeline(Readable.from(generateYml(settings)), target)
}
