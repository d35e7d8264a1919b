import { COLOURS, type Family } from './family.ts'

const colour = { Цвет: COLOURS }
const memory = { Память: ['64 ГБ', '128 ГБ', '256 ГБ', '512 ГБ'] }

const phoneModels = {
  Apple: [
    ...['iPhone 13|A2633', 'iPhone 14|A2882', 'iPhone 15|A3090', 'iPhone 15 Plus|A3094'],
    ...['iPhone 15 Pro|A3102', 'iPhone 15 Pro Max|A3106'],
  ],
  Samsung: [
    ...['Galaxy S21|SM-G991B', 'Galaxy S22|SM-S901B', 'Galaxy S23|SM-S911B'],
    ...['Galaxy S23 Ultra|SM-S918B', 'Galaxy A54|SM-A546E', 'Galaxy A34|SM-A346E'],
  ],
  Xiaomi: [
    ...['Redmi Note 12|23021RAAEG', 'Redmi Note 13|23129RAA4G', 'Redmi Note 13 Pro|23117RA68G'],
    ...['13T|2306EPN60G', 'Redmi 12C|22120RN86G'],
  ],
  HONOR: ['90|REA-NX9', 'X9a|RMO-NX1', 'Magic5 Pro|PGT-N19'],
  realme: ['C55|RMX3710', '11 Pro+|RMX3741'],
  Tecno: ['Spark 20|KJ5n', 'Camon 20 Pro|CK7n'],
}
const allPhones = Object.entries(phoneModels).flatMap(([brand, models]) =>
  models.map((model) => `${brand}|${model.split('|')[0]!}`),
)

export const phones: Family[] = [
  {
    id: 'smartphone',
    path: 'Электроника / Смартфоны и гаджеты / Смартфоны',
    nouns: ['Смартфон:m', 'Смартфон:m', 'Мобильный телефон:m'],
    makers: phoneModels,
    adjectives: colour,
    details: memory,
    about: 'Яркий экран, быстрая зарядка. В комплекте кабель, чехол не входит в комплект',
    share: 320,
  },
  {
    id: 'phone-case',
    path: 'Электроника / Смартфоны и гаджеты / Чехлы для телефонов',
    nouns: ['Чехол силиконовый:m', 'Чехол-книжка:m', 'Чехол противоударный:m', 'Накладка:f'],
    makers: { Deppa: [''], uBear: [''], Nillkin: [''], '': [''] },
    adjectives: colour,
    fits: allPhones,
    about: 'Защищает телефон от ударов и царапин',
    share: 260,
  },
  {
    id: 'screen-glass',
    path: 'Электроника / Смартфоны и гаджеты / Защитные стёкла',
    nouns: ['Защитное стекло:n', 'Стекло защитное 3D:n', 'Защитная плёнка:f'],
    makers: { 'Red Line': [''], Deppa: [''], '': [''] },
    fits: allPhones,
    about: 'Прозрачное, не мешает сенсору экрана смартфона',
    share: 160,
  },
  {
    id: 'phone-battery',
    path: 'Электроника / Смартфоны и гаджеты / Запчасти',
    nouns: ['Аккумулятор:m', 'Аккумуляторная батарея:f', 'Дисплей в сборе:m'],
    makers: { Pisen: [''], '': [''] },
    fits: allPhones,
    share: 70,
  },
  {
    id: 'feature-phone',
    path: 'Электроника / Смартфоны и гаджеты / Кнопочные телефоны',
    nouns: ['Кнопочный телефон:m', 'Телефон сотовый:m'],
    makers: { Nokia: ['105', '3310', '8000'], Philips: ['Xenium E####'], teXet: ['TM-B###'] },
    adjectives: colour,
    share: 40,
  },
  {
    id: 'charger',
    path: 'Электроника / Смартфоны и гаджеты / Зарядные устройства',
    nouns: ['Зарядное устройство сетевое:n', 'Сетевая зарядка:f', 'Беспроводная зарядка:f'],
    makers: {
      Baseus: ['GaN# 65W', 'Super Si 25W'],
      Anker: ['PowerPort #'],
      Samsung: ['EP-TA800'],
      Apple: ['MagSafe|MHXH3'],
    },
    adjectives: { Цвет: ['белый', 'чёрный'] },
    share: 60,
  },
  {
    id: 'power-bank',
    path: 'Электроника / Смартфоны и гаджеты / Внешние аккумуляторы',
    nouns: ['Внешний аккумулятор:m', 'Портативное зарядное устройство:n', 'Повербанк:m'],
    makers: {
      Xiaomi: ['Mi Power Bank 3|PLM18ZM'],
      Baseus: ['Bipow 20W'],
      Hiper: ['EP 10000'],
      TFN: ['Electrum 20'],
    },
    details: { Ёмкость: ['5000 мАч', '10000 мАч', '20000 мАч'] },
    share: 50,
  },
  {
    id: 'cable',
    path: 'Электроника / Смартфоны и гаджеты / Кабели',
    nouns: ['Кабель USB Type-C:m', 'Кабель Lightning:m', 'Провод для зарядки:m'],
    makers: { Baseus: ['Cafule'], Hoco: ['X##'], '': [''] },
    details: { Длина: ['1 м', '2 м'] },
    share: 50,
  },
  {
    id: 'smartwatch',
    path: 'Электроника / Смартфоны и гаджеты / Умные часы',
    nouns: ['Умные часы:p', 'Смарт-часы:p'],
    makers: {
      Apple: ['Watch Series 9|MR9U3', 'Watch SE|MNK03'],
      Amazfit: ['GTS 4|A2168', 'Bip 5|A2215'],
      Samsung: ['Galaxy Watch6|SM-R940N'],
      HUAWEI: ['Watch GT 4|PNX-B19'],
    },
    adjectives: colour,
    share: 70,
  },
  {
    id: 'watch-strap',
    path: 'Электроника / Смартфоны и гаджеты / Ремешки для часов',
    nouns: ['Ремешок силиконовый:m', 'Ремешок металлический:m'],
    makers: { '': [''], Deppa: [''] },
    adjectives: colour,
    fits: ['Apple|Watch Series 9', 'Amazfit|GTS 4', 'Amazfit|Bip 5', 'Samsung|Galaxy Watch6'],
    share: 40,
  },
]
