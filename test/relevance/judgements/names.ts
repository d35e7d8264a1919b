import { is, judge } from './judgement.ts'

const accessories = ['phone-case', 'screen-glass', 'phone-battery']
const iphone15Pro = [
  [3, is('smartphone', { model: 'iPhone 15 Pro' })],
  [2, is('smartphone', { model: 'iPhone 15 Pro Max' })],
  [
    1,
    is('smartphone', { model: ['iPhone 15', 'iPhone 15 Plus'] }),
    is(accessories, { fits: 'Apple|iPhone 15 Pro' }),
  ],
] as const
const galaxyS21 = [
  [3, is('smartphone', { model: 'Galaxy S21' })],
  [2, is('smartphone', { model: ['Galaxy S22', 'Galaxy S23'] })],
  [1, is(accessories, { fits: 'Samsung|Galaxy S21' })],
] as const
const g991 = [
  [3, is('smartphone', { code: 'SM-G991B' })],
  [1, is(accessories, { fits: 'Samsung|Galaxy S21' })],
] as const
const xm5 = [
  [3, is('headphones', { model: 'WH-1000XM5' })],
  [2, is('headphones', { model: ['WH-1000XM4', 'WF-1000XM4'] })],
  [1, is('ear-pads', { fits: 'Sony|WH-1000XM5' })],
] as const

/** Models and articles, joined and split as people type them. */
const modelNumber = judge('model-number', [
  ['SM-G991B', ...g991],
  ['smg991b', ...g991],
  ['sm g991b', ...g991],
  ['wh1000xm5', ...xm5],
  ['sony wh 1000 xm5', ...xm5],
  ['iphone15pro', ...iphone15Pro],
  ['iphone 15 pro', ...iphone15Pro],
  ['iphone 15pro', ...iphone15Pro],
  ['galaxy s 21', ...galaxyS21],
  ['galaxys21', ...galaxyS21],
  [
    's23ultra',
    [3, is('smartphone', { model: 'Galaxy S23 Ultra' })],
    [
      1,
      is('smartphone', { model: 'Galaxy S23' }),
      is(accessories, { fits: 'Samsung|Galaxy S23 Ultra' }),
    ],
  ],
  ['ue55cu7100u', [3, is('tv', { model: 'UE55CU7100U' })]],
  [
    'телевизор ue55 cu7100',
    [3, is('tv', { model: 'UE55CU7100U' })],
    [1, is('tv', { brand: 'Samsung' })],
  ],
  [
    'hr 2470',
    [3, is('rotary-hammer', { model: 'HR2470' })],
    [2, is('rotary-hammer', { model: ['HR2470FT', 'HR2630'] })],
  ],
  [
    'hr2470',
    [3, is('rotary-hammer', { model: 'HR2470' })],
    [2, is('rotary-hammer', { model: ['HR2470FT', 'HR2630'] })],
  ],
  [
    'чайник twk 3a011',
    [3, is('kettle', { model: 'TWK3A011' })],
    [1, is('kettle', { brand: 'Bosch' })],
  ],
  ['хм4012', [3, is('fridge', { model: 'ХМ 4012-022' })], [1, is('fridge', { brand: 'ATLANT' })]],
  [
    'atlant xm 4012-022',
    [3, is('fridge', { model: 'ХМ 4012-022' })],
    [1, is('fridge', { brand: 'ATLANT' })],
  ],
  [
    'redmi note13 pro',
    [3, is('smartphone', { model: 'Redmi Note 13 Pro' })],
    [2, is('smartphone', { model: 'Redmi Note 13' })],
    [
      1,
      is('smartphone', { model: 'Redmi Note 12' }),
      is(accessories, { fits: 'Xiaomi|Redmi Note 13 Pro' }),
    ],
  ],
  [
    'archer c 6',
    [3, is('router', { model: 'Archer C6' })],
    [1, is('router', { brand: 'TP-Link' })],
  ],
  ['lego 42143', [3, is('lego', { model: 'Technic 42143' })], [1, is('lego', { brand: 'LEGO' })]],
  [
    'мультиварка rmc m90',
    [3, is('multicooker', { model: 'RMC-M90' })],
    [1, is('multicooker', { brand: 'Redmond' })],
  ],
  ['gsb13re', [3, is('drill', { model: 'GSB 13 RE' })], [1, is('drill', { brand: 'Bosch' })]],
  [
    'gsr120li',
    [3, is('screwdriver-drill', { model: 'GSR 120-LI' })],
    [1, is('screwdriver-drill', { brand: 'Bosch' })],
  ],
  [
    'ecam 22 110',
    [3, is('coffee-machine', { model: 'ECAM 22.110' })],
    [1, is('coffee-machine', { brand: "De'Longhi" })],
  ],
  ['mzv8p1t0bw', [3, is('ssd', { code: 'MZ-V8P1T0BW' })]],
  ['шины 205 55 r16', [3, is('tyre', { traits: { Размер: '205/55 R16' } })], [1, is('tyre')]],
  ['масло 5w30', [3, is('motor-oil', { traits: { Вязкость: '5W-30' } })], [1, is('motor-oil')]],
  ['ms180 пила', [3, is('chainsaw', { model: 'MS 180' })], [1, is('chainsaw', { brand: 'STIHL' })]],
  [
    'iphone 13 128гб',
    [3, is('smartphone', { model: 'iPhone 13', traits: { Память: '128 ГБ' } })],
    [2, is('smartphone', { model: 'iPhone 13' })],
    [1, is(accessories, { fits: 'Apple|iPhone 13' })],
  ],
])

const brand = judge('brand', [
  ['бабаевский', [3, { brand: 'Бабаевский' }]],
  ['красный октябрь', [3, { brand: 'Красный Октябрь' }]],
  [
    'шампунь чистая линия',
    [3, is('shampoo', { brand: 'Чистая линия' })],
    [1, is('shampoo'), { brand: 'Чистая линия' }],
  ],
  ['чёрный жемчуг крем', [3, is('face-cream', { brand: 'Чёрный жемчуг' })], [1, is('face-cream')]],
  ['кукла весна', [3, is('doll', { brand: 'Весна' })], [1, is('doll')]],
  ['бирюса', [3, { brand: 'Бирюса' }]],
  ['зубр перфоратор', [3, is('rotary-hammer', { brand: 'Зубр' })], [1, is('rotary-hammer')]],
  ['bosch чайник', [3, is('kettle', { brand: 'Bosch' })], [1, is('kettle')]],
  ['утюг philips', [3, is('iron', { brand: 'Philips' })], [1, is('iron')]],
  ['лысьва', [3, { brand: 'Лысьва' }]],
  ['рот фронт', [3, { brand: 'Рот Фронт' }]],
  ['новая заря духи', [3, is('perfume', { brand: 'Новая Заря' })], [1, is('perfume')]],
  ['шины кама', [3, is('tyre', { brand: 'КАМА' })], [1, is('tyre')]],
  ['коврики лада веста', [3, is('car-mat', { fits: 'Лада|Веста' })], [1, is('car-mat')]],
  ['пила дружба', [3, is('chainsaw', { brand: 'Дружба' })], [1, is('chainsaw')]],
  ['аист велосипед', [3, is('bicycle', { brand: 'Аист' })], [1, is('bicycle')]],
  ['яндекс колонка', [3, is('speaker', { brand: 'Яндекс' })], [1, is('speaker')]],
  ['лакомка', [3, { brand: 'Лакомка' }]],
  ['ласка', [3, { brand: 'Ласка' }]],
  ['прелесть', [3, { brand: 'Прелесть' }]],
  ['порошок миф', [3, is('detergent', { brand: 'Миф' })], [1, is('detergent')]],
  ['сибирская кошка', [3, { brand: 'Сибирская кошка' }]],
  ['санки ника', [3, is('sled', { brand: 'Nika' })], [1, is('sled')]],
  ['майский чай', [3, is('tea', { brand: 'Майский' })], [1, is('tea')]],
  ['жокей', [3, { brand: 'Жокей' }]],
  ['head and shoulders', [3, { brand: 'Head & Shoulders' }]],
  ['delonghi', [3, { brand: ["De'Longhi", 'DeLonghi'] }]],
  ['лесной бальзам', [3, { brand: 'Лесной бальзам' }]],
  ['бархатные ручки', [3, { brand: 'Бархатные ручки' }]],
  ['слобода масло', [3, is('sunflower-oil', { brand: 'Слобода' })], [1, is('sunflower-oil')]],
])

export const names = [...modelNumber, ...brand]
