import { describe, expect, it } from 'vitest'
import { proposeMapping } from '../../domain/integrations/table/propose-mapping.ts'
import { readText, tableOf, tableWith } from './tables.ts'

const SHOPIFY =
  'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Image Position,Variant Image,Status'.split(
    ',',
  )

describe('an export of Shopify', () => {
  const shirt = {
    Handle: 'linen-shirt',
    'Option1 Name': 'Size',
    'Option2 Name': 'Color',
    'Variant Grams': '240',
  }
  const text = tableWith(SHOPIFY, [
    {
      ...shirt,
      ...{ Title: 'Linen shirt', 'Body (HTML)': '<p>Light,\nand cool</p>', Vendor: 'Ivanovo' },
      ...{ Type: 'Shirts', Published: 'true', Status: 'active' },
      ...{ 'Option1 Value': 'S', 'Option2 Value': 'White', 'Variant SKU': 'LS-S-W' },
      ...{ 'Variant Price': '1990.00', 'Variant Compare At Price': '2490.00' },
      ...{ 'Variant Inventory Qty': '4', 'Image Src': 'https://cdn.example/1.jpg' },
    },
    {
      ...{ Handle: 'linen-shirt', 'Option1 Value': 'M', 'Option2 Value': 'White' },
      ...{ 'Variant Price': '1990.00', 'Variant Grams': '250' },
      ...{ 'Image Src': 'https://cdn.example/2.jpg', 'Variant Image': 'https://cdn.example/m.jpg' },
    },
    { Handle: 'linen-shirt', 'Image Src': 'https://cdn.example/3.jpg' },
    {
      ...{
        Handle: 'mug',
        Title: 'Mug',
        Status: 'draft',
        'Variant SKU': 'MUG',
        'Variant Price': '490',
      },
      ...{ 'Option1 Name': 'Title', 'Option1 Value': 'Default Title' },
    },
  ])

  it('is a variant a row, all of one product by its handle', async () => {
    const { rows, errors } = await readText(text)
    expect(errors.filter(({ level }) => level === 'error')).toEqual([])
    expect(rows).toMatchObject([
      {
        ...{ row: 1, externalId: 'LS-S-W', groupId: 'linen-shirt', name: 'Linen shirt' },
        ...{ brand: 'Ivanovo', priceMinor: 199_000, oldPriceMinor: 249_000, units: 4 },
        ...{ weightGrams: 240, description: '<p>Light,\nand cool</p>', line: 2, available: true },
        attributes: [
          { name: 'Size', value: 'S' },
          { name: 'Color', value: 'White' },
        ],
      },
      {
        ...{ row: 2, externalId: 'linen-shirt/M/White', groupId: 'linen-shirt' },
        ...{
          name: 'Linen shirt',
          weightGrams: 250,
          brand: 'Ivanovo',
          categoryExternalId: 'Shirts',
        },
        attributes: [
          { name: 'Size', value: 'M' },
          { name: 'Color', value: 'White' },
        ],
      },
      { row: 3, externalId: 'MUG', name: 'Mug', available: false, attributes: [] },
    ])
  })

  it('gives each variant the pictures of all rows, its own first', async () => {
    const { rows } = await readText(text)
    const all = [1, 2, 3].map((number) => `https://cdn.example/${number}.jpg`)
    expect(rows.map(({ pictures }) => pictures)).toEqual([
      all,
      ['https://cdn.example/m.jpg', ...all],
      [],
    ])
  })
})

describe('an export of WooCommerce', () => {
  const english =
    'ID,Type,SKU,Name,Published,Short description,Description,In stock?,Stock,Weight (lbs),Length (in),Width (in),Height (in),Sale price,Regular price,Categories,Images,Parent,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible'.split(
      ',',
    )
  const rows = [
    {
      ...{ ID: '44', Type: 'variable', SKU: 'woo-hoodie', Name: 'Hoodie', Published: '1' },
      ...{ Description: 'Warm', Categories: 'Clothing > Hoodies, Sale', 'In stock?': '1' },
      ...{ Images: 'https://woo.example/a.jpg, https://woo.example/b.jpg', 'Weight (lbs)': '1.5' },
      ...{ 'Attribute 1 name': 'Color', 'Attribute 1 value(s)': 'Blue, Red' },
    },
    {
      ...{ ID: '45', Type: 'simple, downloadable, virtual', SKU: 'album', Name: 'Album' },
      ...{ Published: '1', 'Regular price': '15', Categories: 'Music', 'In stock?': '0' },
    },
    {
      ...{ ID: '46', Type: 'variation', SKU: 'woo-hoodie-red', Name: 'Hoodie - Red' },
      ...{ Published: '1', Parent: 'woo-hoodie', 'Sale price': '42', 'Regular price': '45' },
      ...{ 'Attribute 1 name': 'Color', 'Attribute 1 value(s)': 'Red', 'In stock?': '1' },
    },
    {
      ...{ ID: '47', Type: 'variation', Name: 'Hoodie - Blue', Parent: 'id:44' },
      ...{ 'Regular price': '45', 'Length (in)': '10', 'Width (in)': '8', 'Height (in)': '1' },
    },
  ]

  it('is a row for each good and variation, which have what they share from their parent', async () => {
    const read = await readText(tableWith(english, rows))
    expect(read.errors).toEqual([])
    expect(read.rows).toMatchObject([
      { row: 1, externalId: '45', name: 'Album', available: false, priceMinor: 1_500 },
      {
        ...{ row: 2, externalId: '46', groupId: '44', vendorCode: 'woo-hoodie-red' },
        ...{ priceMinor: 4_200, oldPriceMinor: 4_500, description: 'Warm', weightGrams: 680 },
        ...{
          categoryExternalId: 'Clothing > Hoodies',
          attributes: [{ name: 'Color', value: 'Red' }],
        },
        pictures: ['https://woo.example/a.jpg', 'https://woo.example/b.jpg'],
      },
      { row: 3, groupId: '44', lengthMm: 254, widthMm: 203, heightMm: 25, attributes: [] },
    ])
  })

  it('is read with Russian headers', async () => {
    const headers =
      'ID,Тип,Артикул,Имя,Опубликован,Краткое описание,Описание,Наличие,Запасы,Вес (кг),Длина (см),Акционная цена,Базовая цена,Категории,Изображения,Родительский,Название атрибута 1,Значения атрибутов 1'.split(
        ',',
      )
    const read = await readText(
      tableWith(headers, [
        {
          ...{
            ID: '7',
            Тип: 'simple',
            Артикул: 'ЧАЙ-1',
            Имя: 'Чай',
            Опубликован: '1',
            Запасы: '5',
          },
          ...{ 'Вес (кг)': '0,1', 'Базовая цена': '350,50', Категории: 'Продукты > Чай' },
          ...{ 'Название атрибута 1': 'Сорт', 'Значения атрибутов 1': 'Зелёный', Наличие: '1' },
        },
      ]),
    )
    expect(read.errors).toEqual([])
    expect(read.rows).toMatchObject([
      {
        ...{ externalId: '7', vendorCode: 'ЧАЙ-1', priceMinor: 35_050, units: 5, weightGrams: 100 },
        ...{
          attributes: [{ name: 'Сорт', value: 'Зелёный' }],
          categoryExternalId: 'Продукты > Чай',
        },
      },
    ])
  })
})

describe('an export of Bitrix', () => {
  it('is an offer for all rows of one element', async () => {
    const headers =
      'IE_XML_ID;IE_NAME;IE_ACTIVE;IE_PREVIEW_TEXT;IE_DETAIL_PICTURE;IP_PROP12;IC_GROUP0;IC_GROUP1;CV_PRICE_1;CV_CURRENCY_1;CP_QUANTITY;CP_WEIGHT'.split(
        ';',
      )
    const pot = ['a1#b2', 'Кастрюля', 'Y', 'Стальная', 'https://b.example/1.jpg']
    const rest = ['Посуда', 'Кастрюли', '1290.00', 'RUB', '3', '1200']
    const read = await readText(
      tableOf(
        [
          headers,
          [...pot, 'Сталь', ...rest],
          [...pot, 'Стекло', ...rest],
          ['c3', 'Ложка', 'N', '', '', '', 'Посуда', '', '90', 'RUB', '0', '0'],
        ],
        ';',
      ),
    )
    expect(read.errors).toEqual([])
    expect(read.rows).toMatchObject([
      {
        ...{ row: 1, externalId: 'a1#b2', groupId: 'a1', description: 'Стальная', units: 3 },
        ...{ weightGrams: 1_200, categoryExternalId: 'Посуда > Кастрюли' },
        pictures: ['https://b.example/1.jpg'],
        attributes: [{ value: 'Сталь' }, { value: 'Стекло' }],
      },
      { row: 2, externalId: 'c3', available: false, categoryExternalId: 'Посуда' },
    ])
    expect(read.categories).toEqual([
      { externalId: 'Посуда', name: 'Посуда' },
      { externalId: 'Посуда > Кастрюли', name: 'Кастрюли', parentExternalId: 'Посуда' },
    ])
  })
})

describe('an export of InSales', () => {
  it('is a variant a row, with parameters and levels of categories', async () => {
    const headers =
      'ID товара;Название товара;Корневая;Подкатегория 1;Описание;Изображения;ID варианта;Артикул;Цена продажи;Старая цена;Остаток;Вес;Параметр: Бренд;Свойство: Цвет;Видимость на витрине'.split(
        ';',
      )
    const row = (variant: string, colour: string) => [
      ...[
        '501',
        'Плед «Уют»',
        'Дом',
        'Пледы',
        'Мягкий',
        'http://i.example/1.jpg http://i.example/2.jpg',
      ],
      ...[variant, `UYT-${colour}`, '2 490,00', '2 990,00', '7', '0,8', 'Уют', colour, 'выставлен'],
    ]
    const { rows, errors } = await readText(
      tableOf([headers, row('9001', 'серый'), row('9002', 'синий')], ';'),
    )
    expect(errors).toEqual([])
    expect(rows).toMatchObject([
      {
        ...{ externalId: '9001', groupId: '501', vendorCode: 'UYT-серый', priceMinor: 249_000 },
        ...{ oldPriceMinor: 299_000, units: 7, weightGrams: 800, available: true },
        ...{ categoryExternalId: 'Дом > Пледы' },
        pictures: ['http://i.example/1.jpg', 'http://i.example/2.jpg'],
        attributes: [
          { name: 'Бренд', value: 'Уют' },
          { name: 'Цвет', value: 'серый' },
        ],
      },
      { externalId: '9002', groupId: '501' },
    ])
  })
})

describe('a table of Yandex Market', () => {
  it('has the elements of YML for columns', async () => {
    const { rows, errors } = await readText(
      tableOf([
        'id,status,price,oldprice,currencyId,category,picture,url,name,description,vendor'.split(
          ',',
        ),
        '15,В наличии,100,150,RUR,Посуда/чай,https://m.example/1.jpg,https://m.example/15,Чайник,Большой,Бирюса'.split(
          ',',
        ),
      ]),
    )
    expect(errors).toEqual([])
    expect(rows).toMatchObject([
      {
        ...{ externalId: '15', available: true, priceMinor: 10_000, oldPriceMinor: 15_000 },
        ...{ currency: 'RUB', categoryExternalId: 'Посуда/чай', brand: 'Бирюса' },
      },
    ])
  })

  it('may be the template that Excel2YML hands out', () => {
    const found = proposeMapping(
      'ID товара|Доступность (true/false)|URL товара|Цена|Валюта (ID)|ID категории|URL изображения|Название товара|Производитель|Описание|Примечания|Параметр: Название|Параметр: Значение|Параметр: Единица измерения'.split(
        '|',
      ),
    )
    expect(found).toMatchObject({
      isCertain: true,
      proposal: {
        preset: 'yandex-market',
        columns: {
          ...{ 'ID товара': 'id', 'Доступность (true/false)': 'available', Цена: 'price' },
          ...{ 'Валюта (ID)': 'currency', 'ID категории': 'categoryPath' },
          ...{ 'URL изображения': 'picture', 'Параметр: Название': 'yandex-market:paramName' },
        },
      },
    })
  })
})
