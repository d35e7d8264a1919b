const kinds = ['Чайник', 'Наушники', 'Рюкзак', 'Лампа', 'Кроссовки', 'Плед', 'Колонка']
const brands = ['Бирюса', 'Сигма & Ко', 'Nordvik', 'Полюс', 'Aurora', 'Тайга']
const colours = ['синий', 'чёрный', 'жёлтый', 'белый', 'тёмно-зелёный']

export const GOODS_HEADERS = [
  ...['Артикул', 'Название', 'Цена', 'Старая цена', 'Остаток', 'Штрихкод', 'Бренд', 'Категория'],
  ...['Цвет', 'Ссылка', 'Картинка', 'Описание'],
]

/** Rows of a seller's table of goods, twelve columns; the same count always makes the same rows. */
export async function* generateGoods(rows: number): AsyncGenerator<(string | number)[]> {
  for (let number = 1; number <= rows; number += 1) {
    const kind = kinds[number % kinds.length]!
    const brand = brands[number % brands.length]!
    yield [
      `00${number}`,
      `${kind} ${brand} М-${number}`,
      100 + ((number * 7919) % 90_000) + 0.5,
      200 + ((number * 7919) % 90_000),
      number % 50,
      4_600_000_000_000 + number,
      brand,
      `Дом > ${kind}`,
      colours[number % colours.length]!,
      `https://lavka.example/goods/${number}?from=xlsx&utm=1`,
      `https://cdn.example.com/${number}.jpg`,
      `Хорошая вещь № ${number}: надолго, для дома и в поход.`,
    ]
  }
}
