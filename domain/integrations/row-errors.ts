import { quotable } from './plain-text.ts'
import { ROW_LIMITS } from './row-limits.ts'
import type { RowError, RowErrorCode } from './row.ts'

export type Language = 'ru' | 'en'

/** One sentence or two for the seller: which field, what stood there, what to do or what was done about it. */
export function describeRowError(error: RowError, language: Language): string {
  const value =
    error.value === undefined || error.value === '' ? undefined : quote(error.value, language)
  const text = TEXTS[error.code][language]({
    field: error.field ?? '',
    value: value ?? EMPTY[language],
  })
  return error.level === 'warning' ? text : `${text} ${REJECTED[language]}`
}

function quote(value: string, language: Language): string {
  return language === 'ru' ? `«${quotable(value)}»` : `“${quotable(value)}”`
}

const EMPTY = { ru: 'пусто', en: 'empty' }
const REJECTED = { ru: 'Предложение не загружено.', en: 'The offer was not imported.' }

type Text = (what: { field: string; value: string }) => string

const TEXTS: Record<RowErrorCode, Record<Language, Text>> = {
  'id-missing': {
    ru: () => 'Не указан id: без него товар не узнать при следующей загрузке.',
    en: () => 'There is no id: without one the offer cannot be recognised next time.',
  },
  'id-too-long': {
    ru: ({ value }) => `id длиннее ${ROW_LIMITS.idLength} символов: ${value}.`,
    en: ({ value }) => `The id is longer than ${ROW_LIMITS.idLength} characters: ${value}.`,
  },
  'id-invalid': {
    ru: ({ value }) => `В id есть невидимые или управляющие символы: ${value}.`,
    en: ({ value }) => `The id contains invisible or control characters: ${value}.`,
  },
  'duplicate-id': {
    ru: ({ value }) =>
      `id ${value} встречается в файле ещё раз ниже: берётся последнее предложение.`,
    en: ({ value }) => `The id ${value} comes again further down: the last offer is the one taken.`,
  },
  'name-missing': {
    ru: ({ field }) => `Нет названия: поле ${field} пустое или отсутствует.`,
    en: ({ field }) => `There is no name: the field ${field} is empty or absent.`,
  },
  'name-shortened': {
    ru: () => `Название длиннее ${ROW_LIMITS.nameLength} символов и сокращено.`,
    en: () => `The name is longer than ${ROW_LIMITS.nameLength} characters and was cut.`,
  },
  'category-missing': {
    ru: ({ field }) => `Не указана категория: поле ${field} пустое или отсутствует.`,
    en: ({ field }) => `There is no category: the field ${field} is empty or absent.`,
  },
  'category-unknown': {
    ru: ({ field, value }) => `Категории ${value} (поле ${field}) в файле нет.`,
    en: ({ field, value }) => `The file has no category ${value} (field ${field}).`,
  },
  'category-parent-unknown': {
    ru: ({ value }) =>
      `Родительской категории ${value} в файле нет: категория поставлена в корень.`,
    en: ({ value }) => `The file has no parent category ${value}: the category became a root.`,
  },
  'category-invalid': {
    ru: ({ field, value }) => `Категория пропущена: поле ${field} не годится (${value}).`,
    en: ({ field, value }) => `A category was left out: its ${field} cannot be used (${value}).`,
  },
  'category-name-missing': {
    ru: ({ value }) => `У категории ${value} нет названия: вместо него показан её id.`,
    en: ({ value }) => `The category ${value} has no name: its id is shown instead.`,
  },
  'category-defaulted': {
    ru: ({ value }) =>
      `У части товаров не указана категория: они попали в ${value}. Добавьте столбец «Категория» или задайте категорию по умолчанию.`,
    en: ({ value }) =>
      `Some goods name no category: they went into ${value}. Add a column “Category”, or set a default category.`,
  },
  'price-missing': {
    ru: ({ field }) => `Не указана цена: поле ${field} пустое или отсутствует.`,
    en: ({ field }) => `There is no price: the field ${field} is empty or absent.`,
  },
  'price-invalid': {
    ru: ({ field, value }) => `Цена в поле ${field} не похожа на число: ${value}. Пример: 1290.50.`,
    en: ({ field, value }) =>
      `The price in ${field} is not a number: ${value}. For example: 1290.50.`,
  },
  'price-ambiguous': {
    ru: ({ field, value }) =>
      `Цену в поле ${field} можно понять двояко: ${value} — дробь или тысячи? Отделяйте копейки точкой, тысячи не отделяйте.`,
    en: ({ field, value }) =>
      `The price in ${field} can be read two ways: ${value}, a fraction or thousands? Use a dot before the decimals and nothing between thousands.`,
  },
  'price-precision': {
    ru: ({ field, value }) => `В поле ${field} цена точнее, чем бывает в этой валюте: ${value}.`,
    en: ({ field, value }) =>
      `The price in ${field} has more decimals than its currency: ${value}.`,
  },
  'price-not-positive': {
    ru: ({ field, value }) => `Цена в поле ${field} должна быть больше нуля: ${value}.`,
    en: ({ field, value }) => `The price in ${field} must be above zero: ${value}.`,
  },
  'price-too-large': {
    ru: ({ field, value }) => `Цена в поле ${field} слишком велика: ${value}.`,
    en: ({ field, value }) => `The price in ${field} is too large: ${value}.`,
  },
  'old-price-invalid': {
    ru: ({ field, value }) => `Старая цена в поле ${field} не читается и опущена: ${value}.`,
    en: ({ field, value }) =>
      `The old price in ${field} cannot be read and was left out: ${value}.`,
  },
  'old-price-not-greater': {
    ru: ({ field, value }) => `Старая цена в поле ${field} не больше новой и опущена: ${value}.`,
    en: ({ field, value }) =>
      `The old price in ${field} is not above the price and was left out: ${value}.`,
  },
  'currency-missing': {
    ru: ({ field, value }) => `Поле ${field} пустое или отсутствует: валютой считается ${value}.`,
    en: ({ field, value }) =>
      `The field ${field} is empty or absent: the currency is taken as ${value}.`,
  },
  'currency-unknown': {
    ru: ({ field, value }) => `Неизвестная валюта в поле ${field}: ${value}. Пример: RUB.`,
    en: ({ field, value }) => `Unknown currency in ${field}: ${value}. For example: RUB.`,
  },
  'url-invalid': {
    ru: ({ field, value }) =>
      `Ссылка в поле ${field} опущена: нужен адрес http(s) до ${ROW_LIMITS.urlLength} символов, а стоит ${value}.`,
    en: ({ field, value }) =>
      `The link in ${field} was left out: it must be an http(s) address of at most ${ROW_LIMITS.urlLength} characters, not ${value}.`,
  },
  'picture-invalid': {
    ru: ({ field, value }) =>
      `Картинка в поле ${field} опущена: нужен адрес http(s) до ${ROW_LIMITS.urlLength} символов, а стоит ${value}.`,
    en: ({ field, value }) =>
      `A picture in ${field} was left out: it must be an http(s) address of at most ${ROW_LIMITS.urlLength} characters, not ${value}.`,
  },
  'pictures-too-many': {
    ru: ({ value }) => `Картинок больше ${ROW_LIMITS.pictures} (${value}): лишние опущены.`,
    en: ({ value }) =>
      `There are more than ${ROW_LIMITS.pictures} pictures (${value}): the rest was left out.`,
  },
  'barcode-invalid': {
    ru: ({ field, value }) =>
      `Штрихкод в поле ${field} опущен: нужно 8, 12, 13 или 14 цифр, а стоит ${value}.`,
    en: ({ field, value }) =>
      `A barcode in ${field} was left out: it must have 8, 12, 13 or 14 digits, not ${value}.`,
  },
  'barcode-checksum': {
    ru: ({ field, value }) =>
      `У штрихкода ${value} в поле ${field} не сходится контрольная цифра: проверьте его.`,
    en: ({ field, value }) =>
      `The check digit of the barcode ${value} in ${field} is wrong: please check it.`,
  },
  'barcodes-too-many': {
    ru: ({ value }) => `Штрихкодов больше ${ROW_LIMITS.barcodes} (${value}): лишние опущены.`,
    en: ({ value }) =>
      `There are more than ${ROW_LIMITS.barcodes} barcodes (${value}): the rest was left out.`,
  },
  'attribute-invalid': {
    ru: ({ field, value }) =>
      `Характеристика в поле ${field} опущена: у неё нет имени или оно длиннее ${ROW_LIMITS.attributeNameLength} символов (${value}).`,
    en: ({ field, value }) =>
      `An attribute in ${field} was left out: it has no name, or one longer than ${ROW_LIMITS.attributeNameLength} characters (${value}).`,
  },
  'attribute-shortened': {
    ru: ({ field }) =>
      `Значение в поле ${field} длиннее ${ROW_LIMITS.attributeValueLength} символов и сокращено.`,
    en: ({ field }) =>
      `The value in ${field} is longer than ${ROW_LIMITS.attributeValueLength} characters and was cut.`,
  },
  'attributes-too-many': {
    ru: ({ value }) => `Характеристик больше ${ROW_LIMITS.attributes} (${value}): лишние опущены.`,
    en: ({ value }) =>
      `There are more than ${ROW_LIMITS.attributes} attributes (${value}): the rest was left out.`,
  },
  'description-long': {
    ru: ({ value }) =>
      `Описание длиннее ${ROW_LIMITS.descriptionLength} символов (${value}): площадки его сократят.`,
    en: ({ value }) =>
      `The description is longer than ${ROW_LIMITS.descriptionLength} characters (${value}): marketplaces will cut it.`,
  },
  'weight-invalid': {
    ru: ({ field, value }) =>
      `Вес в поле ${field} опущен: нужны килограммы, а стоит ${value}. Пример: 0.35.`,
    en: ({ field, value }) =>
      `The weight in ${field} was left out: it must be in kilograms, not ${value}. For example: 0.35.`,
  },
  'dimensions-invalid': {
    ru: ({ field, value }) =>
      `Габариты в поле ${field} опущены: нужны длина/ширина/высота в сантиметрах, а стоит ${value}. Пример: 20.5/10/5.`,
    en: ({ field, value }) =>
      `The dimensions in ${field} were left out: they must be length/width/height in centimetres, not ${value}. For example: 20.5/10/5.`,
  },
  'available-invalid': {
    ru: ({ field, value }) =>
      `В поле ${field} ждали true или false, а стоит ${value}: товар считается недоступным.`,
    en: ({ field, value }) =>
      `${field} must be true or false, not ${value}: the offer is taken as unavailable.`,
  },
  'units-invalid': {
    ru: ({ field, value }) =>
      `Остаток в поле ${field} опущен: нужно целое число от 0, а стоит ${value}.`,
    en: ({ field, value }) =>
      `The stock in ${field} was left out: it must be a whole number from 0, not ${value}.`,
  },
  'outlet-invalid': {
    ru: ({ field, value }) =>
      `Остаток по складу в поле ${field} опущен: нужны id склада и целое число от 0, а стоит ${value}.`,
    en: ({ field, value }) =>
      `The stock of a warehouse in ${field} was left out: it needs the warehouse id and a whole number from 0, not ${value}.`,
  },
  'outlet-unknown': {
    ru: ({ value }) => `Склада ${value} у вас нет: остаток по нему опущен.`,
    en: ({ value }) => `You have no warehouse ${value}: its stock was left out.`,
  },
  'field-too-long': {
    ru: ({ field, value }) => `Поле ${field} слишком длинное: ${value}.`,
    en: ({ field, value }) => `The field ${field} is too long: ${value}.`,
  },
  'row-too-large': {
    ru: () => `Предложение больше ${ROW_LIMITS.rowLength} символов.`,
    en: () => `The offer is larger than ${ROW_LIMITS.rowLength} characters.`,
  },
  'row-misaligned': {
    ru: ({ value }) =>
      `В строке больше значений, чем столбцов: лишнее — ${value}. Вероятно, значение с разделителем внутри не взято в кавычки.`,
    en: ({ value }) =>
      `The row has more values than there are columns: ${value} is one too many. A value with a delimiter inside was probably not quoted.`,
  },
}
