import type { ColumnRule } from './column-rules.ts'

/** Headers that can mean one thing only, as `readHeader` makes them. */
export const SYNONYMS: readonly ColumnRule[] = [
  [
    'id|ид|id товара|ид товара|offer id|offerid|id предложения|id варианта|sku id|product id|external id|externalid|внешний код|внешний id|xml id|guid|ваш sku|shop sku|ваш идентификатор|идентификатор товара|идентификатор|код товара|код номенклатуры|код|артикул продавца|артикул товара|артикул|sku|article|артикул поставщика|vendor code|vendorcode|item number|номенклатурный номер',
    'id',
  ],
  [
    'название товара|название|наименование товара|наименование номенклатуры|наименование|номенклатура|имя товара|имя|product name|name|product title|title|item name|полное наименование',
    'name',
  ],
  [
    'цена|price|цена продажи|цена товара|розничная цена|цена розничная|цена розница|розница|цена со скидкой|retail price|sale price|цена на сайте|цена за шт|цена за единицу|базовая цена|regular price',
    'price',
  ],
  [
    'старая цена|oldprice|old price|цена до скидки|цена без скидки|зачеркнутая цена|перечеркнутая цена|compare at price|price before discount',
    'oldPrice',
  ],
  ['валюта|currency|currencyid|currency id|код валюты|валюта цены', 'currency'],
  [
    'категория|категории|category|categories|category path|путь категории|категория товара|раздел|группа товаров|товарная группа|группа|рубрика|product category|категория на маркете|номенклатурная группа|product type|id категории|categoryid|category id',
    'categoryPath',
  ],
  [
    /^(?:категория|уровень|раздел|category) (?:уровня |level )?([1-9])$/,
    ([, level]) => `categoryLevel:${Number(level)}`,
  ],
  ['корневая', 'categoryLevel:1'],
  [/^подкатегория ([1-8])$/, ([, level]) => `categoryLevel:${Number(level) + 1}`],
  [
    'бренд|brand|производитель|vendor|торговая марка|марка|manufacturer|изготовитель|фирма',
    'brand',
  ],
  [
    'артикул производителя|vendor code|vendorcode|артикул|sku|mpn|код производителя|part number|артикул поставщика|article',
    'vendorCode',
  ],
  ['модель|model', 'model'],
  ['typeprefix|type prefix|тип товара', 'typePrefix'],
  [
    'group id|groupid|id группы|группа вариантов|item group id|id группы вариантов|родительский артикул|объединить на одной карточке|артикул модели|id товара',
    'groupId',
  ],
  [
    'описание|описание товара|description|полное описание|подробное описание|текст описания|аннотация|краткое описание|short description',
    'description',
  ],
  [
    'url|url товара|ссылка|ссылка на товар|ссылка на страницу товара|link|product url|адрес страницы|страница товара',
    'url',
  ],
  [
    'picture|pictures|image|images|image url|image link|image src|photo|photos|фото|фотография|фотографии|фото товара|картинка|картинки|изображение|изображения|url изображения|url картинки|ссылка на фото|ссылки на фото|ссылка на изображение|ссылка на изображения|ссылки на изображения|ссылка на картинку|главное фото|дополнительные фото|дополнительные изображения|галерея|additional image link',
    'picture',
  ],
  [
    /^(?:picture|image|image url|photo|фото|фотография|картинка|изображение|ссылка на фото) ?\d{1,2}$/,
    () => 'picture',
  ],
  ['штрихкод|штрих код|штрихкоды|barcode|barcodes|ean|ean13|ean 13|gtin|upc|шк', 'barcode'],
  [
    'количество|кол во|остаток|остатки|общий остаток|свободный остаток|остаток на складе|количество на складе|остаток всего|stock|quantity|qty|count|in stock quantity|inventory',
    'units',
  ],
  ['наличие|доступность|available|availability|в наличии|in stock|есть в наличии', 'available'],
  ['disabled', 'disabled'],
  ['габариты|dimensions|габариты варианта|размеры упаковки|дхшхв', 'dimensionsCm'],
  [
    /^(?:параметр|свойство|характеристика|атрибут|attribute|param) ?: ?(.+)$/,
    ([, name]) => `attribute:${name!}`,
  ],
  ['характеристики|attributes|параметры', 'attributes'],
  ['остатки по складам|outlets', 'outlets'],
  [/^(?:остаток|склад|stock|outlet) ?: ?(.+)$/, ([, id]) => `outlet:${id!}`],
  [
    /^(?:цвет|размер|материал|пол|страна|страна производства|страна изготовления|гарантия|состав|сезон|возраст|вкус|аромат|color|colour|size|material|gender|country)$/,
    ([name]) => `attribute:${name}`,
  ],
]

/** Headers that often mean it: enough to propose, too little to go on without asking. */
export const WEAK_SYNONYMS: readonly ColumnRule[] = [
  ['№|no|номер|number|key', 'id'],
  ['товар|product|item|позиция|заголовок|товары', 'name'],
  [
    'стоимость|ррц|мрц|цена опт|оптовая цена|цена оптовая|опт|закупочная цена|cost|amount|цена 1|price 1|рекомендованная цена',
    'price',
  ],
]
