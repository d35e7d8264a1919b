import { COLOURS, type Family } from './family.ts'

const colour = { Цвет: COLOURS }

export const sound: Family[] = [
  {
    id: 'headphones',
    path: 'Электроника / Аудио / Наушники',
    nouns: ['Наушники беспроводные:p', 'Беспроводные наушники:p', 'Bluetooth-наушники:p'],
    makers: {
      Sony: ['WH-1000XM4', 'WH-1000XM5', 'WF-1000XM4', 'WH-CH520'],
      JBL: ['Tune 510BT|JBLT510BT', 'Tune 720BT|JBLT720BT', 'Live 660NC'],
      Apple: ['AirPods 3|MME73', 'AirPods Pro 2|MQD83', 'AirPods Max|MGYH3'],
      Xiaomi: ['Redmi Buds 4|M2137E1', 'Redmi Buds 5|M2316E1'],
      Marshall: ['Major IV', 'Minor III'],
      Sennheiser: ['HD 450BT', 'Momentum 4'],
    },
    adjectives: colour,
    about: 'Шумоподавление, до 30 часов работы. Подходят к смартфону и ноутбуку',
    share: 150,
  },
  {
    id: 'wired-headphones',
    path: 'Электроника / Аудио / Наушники',
    nouns: ['Наушники проводные:p', 'Проводная гарнитура:f', 'Наушники-вкладыши проводные:p'],
    makers: {
      Sony: ['MDR-EX15LP'],
      Panasonic: ['RP-HV094'],
      Defender: ['Basic 6##'],
      HyperX: ['Cloud II|KHX-HSCP'],
    },
    adjectives: colour,
    share: 60,
  },
  {
    id: 'spare-earphone',
    path: 'Электроника / Аудио / Запчасти для наушников',
    nouns: ['Наушник левый запасной:m', 'Наушник правый запасной:m'],
    makers: { Apple: ['AirPods 3', 'AirPods Pro 2'], Xiaomi: ['Redmi Buds 4'] },
    share: 12,
  },
  {
    id: 'ear-pads',
    path: 'Электроника / Аудио / Аксессуары для наушников',
    nouns: ['Амбушюры:p', 'Чехол:m', 'Кейс защитный:m'],
    makers: { '': [''], Deppa: [''] },
    adjectives: colour,
    fits: [
      'Sony|WH-1000XM5',
      'Sony|WH-1000XM4',
      'Apple|AirPods Pro 2',
      'Apple|AirPods 3',
      'JBL|Tune 510BT',
    ],
    about: 'Аксессуар для наушников',
    share: 70,
  },
  {
    id: 'speaker',
    path: 'Электроника / Аудио / Портативная акустика',
    nouns: ['Портативная колонка:f', 'Колонка беспроводная:f', 'Умная колонка:f'],
    makers: {
      JBL: ['Charge 5|JBLCHARGE5', 'Flip 6|JBLFLIP6', 'Go 3|JBLGO3'],
      Яндекс: ['Станция Мини', 'Станция Лайт'],
      Sber: ['Boom Mini'],
    },
    adjectives: colour,
    share: 60,
  },
]
