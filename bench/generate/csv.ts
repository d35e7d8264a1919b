import { formatMinor } from '../../domain/integrations/money.ts'
import { generateGoods, type Good } from './goods.ts'

/** Header ← good, in columns as a Russian shop exports them. */
export const csvColumns: Record<string, (good: Good) => string> = {
  Артикул: (good) => good.id,
  Наименование: (good) => good.name,
  Бренд: (good) => good.brand,
  Категория: (good) => `${good.parent} > ${good.kind}`,
  Цена: (good) => formatMinor(good.priceMinor, 'RUB'),
  'Старая цена': (good) =>
    good.oldPriceMinor === undefined ? '' : formatMinor(good.oldPriceMinor, 'RUB'),
  Остаток: (good) => String(good.units),
  Штрихкод: (good) => good.barcode,
  Описание: (good) => good.description,
  Ссылка: (good) => good.url,
  Изображение: (good) => good.picture,
  'Параметр: Цвет': (good) => good.colour,
}

export type CsvOptions = {
  rows: number
  seed?: number
  columns?: Record<string, (good: Good) => string>
}

/** The same options always make the same bytes, about 0.3 kB a row with all columns. */
export async function* generateCsv({
  rows,
  seed = 1,
  columns = csvColumns,
}: CsvOptions): AsyncGenerator<Buffer> {
  const cells = Object.values(columns)
  let text = `${Object.keys(columns).join(';')}\n`
  for (const good of generateGoods({ count: rows, seed })) {
    text += `${cells.map((cell) => quote(cell(good))).join(';')}\n`
    if (text.length > 60_000) {
      yield Buffer.from(text)
      text = ''
    }
  }
  yield Buffer.from(text)
}

const quote = (text: string) => (/[";\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
