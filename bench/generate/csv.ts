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

/** The same count always makes the same bytes, about 0.3 kB a row. */
export async function* generateCsv({ rows }: { rows: number }): AsyncGenerator<Buffer> {
  const cells = Object.values(csvColumns)
  let text = `${Object.keys(csvColumns).join(';')}\n`
  for (const good of generateGoods({ count: rows })) {
    text += `${cells.map((cell) => quote(cell(good))).join(';')}\n`
    if (text.length > 60_000) {
      yield Buffer.from(text)
      text = ''
    }
  }
  yield Buffer.from(text)
}

const quote = (text: string) => (/[";\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
