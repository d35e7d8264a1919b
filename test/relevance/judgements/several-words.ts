import { is, judge } from './judgement.ts'

export const severalWords = judge('several-words', [
  [
    'кроссовки женские белые nike',
    [3, is('sneakers', { brand: 'Nike', traits: { Пол: 'женский', Цвет: 'белый' } })],
    [
      2,
      is('sneakers', { traits: { Пол: 'женский', Цвет: 'белый' } }),
      is('sneakers', { brand: 'Nike', traits: { Пол: 'женский' } }),
      is('sneakers', { brand: 'Nike', traits: { Цвет: 'белый' } }),
    ],
    [1, is('sneakers')],
  ],
  ['чёрное платье', [3, is('dress', { traits: { Цвет: 'чёрный' } })], [1, is('dress')]],
  [
    'синий электрический чайник',
    [3, is('kettle', { traits: { Цвет: 'синий' } })],
    [1, is('kettle')],
  ],
  [
    'смартфон xiaomi 256 гб',
    [3, is('smartphone', { brand: 'Xiaomi', traits: { Память: '256 ГБ' } })],
    [2, is('smartphone', { brand: 'Xiaomi' })],
    [1, is('smartphone')],
  ],
  [
    'чехол для iphone 15 pro',
    [3, is('phone-case', { fits: 'Apple|iPhone 15 Pro' })],
    [2, is('phone-case', { fits: 'Apple|iPhone 15 Pro Max' })],
    [
      1,
      is('phone-case', { fits: ['Apple|iPhone 15', 'Apple|iPhone 15 Plus'] }),
      is('screen-glass', { fits: 'Apple|iPhone 15 Pro' }),
    ],
  ],
  [
    'защитное стекло galaxy s23',
    [3, is('screen-glass', { fits: 'Samsung|Galaxy S23' })],
    [2, is('screen-glass', { fits: 'Samsung|Galaxy S23 Ultra' })],
    [1, is('screen-glass')],
  ],
  [
    'наушники sony чёрные',
    [3, is(['headphones', 'wired-headphones'], { brand: 'Sony', traits: { Цвет: 'чёрный' } })],
    [2, is(['headphones', 'wired-headphones'], { brand: 'Sony' })],
    [1, is(['headphones', 'wired-headphones'])],
  ],
  ['стиральная машина bosch', [3, is('washer', { brand: 'Bosch' })], [1, is('washer')]],
  [
    'узкая стиральная машина',
    [3, is('washer', { noun: 'Стиральная машина узкая' })],
    [2, is('washer')],
  ],
  [
    'робот пылесос xiaomi',
    [3, is('robot-vacuum', { brand: 'Xiaomi' })],
    [2, is('robot-vacuum')],
    [1, is('vacuum', { brand: 'Xiaomi' })],
  ],
  [
    'мешки для пылесоса samsung',
    [3, is('vacuum-bags', { noun: 'Мешки-пылесборники', fits: 'Samsung|VC18M3140' })],
    [2, is('vacuum-bags', { noun: 'Мешки-пылесборники' })],
    [1, is('vacuum-bags')],
  ],
  ['корм для котят', [3, is('cat-food', { noun: 'Корм для котят' })], [1, is('cat-food')]],
  ['крем для рук', [3, is('hand-cream', { noun: 'Крем для рук' })], [1, is('hand-cream')]],
  [
    'белая краска для стен',
    [3, is('paint', { noun: 'Краска для стен', traits: { Цвет: 'белый' } })],
    [2, is('paint')],
  ],
  ['краска для волос garnier', [3, is('hair-dye', { brand: 'Garnier' })], [1, is('hair-dye')]],
  [
    'моторное масло лукойл 5w-40',
    [3, is('motor-oil', { brand: 'Лукойл', traits: { Вязкость: '5W-40' } })],
    [2, is('motor-oil', { brand: 'Лукойл' }), is('motor-oil', { traits: { Вязкость: '5W-40' } })],
    [1, is('motor-oil')],
  ],
  [
    'масло оливковое',
    [3, is('sunflower-oil', { noun: 'Масло оливковое' })],
    [1, is('sunflower-oil')],
  ],
  [
    'зимние шины 205/55 r16',
    [3, is('tyre', { traits: { Сезон: 'зимний', Размер: '205/55 R16' } })],
    [2, is('tyre', { traits: { Размер: '205/55 R16' } })],
    [1, is('tyre', { traits: { Сезон: 'зимний' } })],
  ],
  ['ноутбук apple', [3, is('laptop', { brand: 'Apple' })], [1, is('laptop')]],
  [
    'рюкзак для ноутбука',
    [3, is('laptop-bag', { noun: 'Рюкзак для ноутбука' })],
    [2, is('laptop-bag', { noun: 'Сумка для ноутбука' })],
    [1, is('laptop-bag')],
  ],
  [
    'ремешок для apple watch',
    [3, is('watch-strap', { fits: 'Apple|Watch Series 9' })],
    [1, is('watch-strap')],
  ],
  [
    'коляска для кукол',
    [3, is('doll-clothes', { noun: 'Коляска для кукол' })],
    [1, is('doll-clothes')],
  ],
  [
    'картридж для hp laserjet',
    [3, is('cartridge', { fits: 'HP|LaserJet M111w' })],
    [1, is('cartridge')],
  ],
  [
    'кронштейн для телевизора',
    [3, is('tv-mount', { noun: 'Кронштейн для телевизора' })],
    [1, is('tv-mount')],
  ],
  [
    'iphone 15 чёрный 128 гб',
    [3, is('smartphone', { model: 'iPhone 15', traits: { Цвет: 'чёрный', Память: '128 ГБ' } })],
    [
      2,
      is('smartphone', { model: 'iPhone 15' }),
      is('smartphone', {
        model: ['iPhone 15 Plus', 'iPhone 15 Pro', 'iPhone 15 Pro Max'],
        traits: { Цвет: 'чёрный', Память: '128 ГБ' },
      }),
    ],
    [1, is('smartphone', { brand: 'Apple' })],
  ],
  [
    'шапка мужская чёрная',
    [3, is('hat', { traits: { Пол: 'мужской', Цвет: 'чёрный' } })],
    [2, is('hat', { traits: { Пол: 'мужской' } }), is('hat', { traits: { Цвет: 'чёрный' } })],
    [1, is('hat')],
  ],
  [
    'джинсы levis 501',
    [3, is('jeans', { brand: "Levi's", model: '501' })],
    [2, is('jeans', { brand: "Levi's" })],
    [1, is('jeans')],
  ],
  ['строительный фен', [3, is('heat-gun')]],
  [
    'миксер строительный зубр',
    [3, is('construction-mixer', { brand: 'Зубр' })],
    [2, is('construction-mixer')],
  ],
  [
    'таблетки для посудомоечной машины',
    [3, is('dish-liquid', { noun: 'Таблетки для посудомоечной машины' })],
    [1, is('dish-liquid')],
  ],
])
