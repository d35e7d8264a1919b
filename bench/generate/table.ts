import { generateGoods } from './goods.ts'

export const GOODS_HEADERS = [
  ...['Артикул', 'Название', 'Цена', 'Старая цена', 'Остаток', 'Штрихкод', 'Бренд', 'Категория'],
  ...['Цвет', 'Ссылка', 'Картинка', 'Описание'],
]

/** Rows of a seller's table of goods, twelve columns, with barcodes as numbers; the same count always makes the same rows. */
export async function* generateTable(rows: number): AsyncGenerator<(string | number)[]> {
  for (const good of generateGoods({ count: rows }))
    yield [
      good.id,
      good.name,
      good.priceMinor / 100,
      (good.oldPriceMinor ?? good.priceMinor * 2) / 100,
      good.units,
      Number(good.barcode),
      good.brand,
      `${good.parent} > ${good.kind}`,
      good.colour,
      good.url,
      good.picture,
      good.description,
    ]
}
