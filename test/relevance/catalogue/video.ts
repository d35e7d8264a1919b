import { COLOURS, type Family } from './family.ts'

const colour = { Цвет: COLOURS }

export const video: Family[] = [
  {
    id: 'tv',
    path: 'Электроника / Телевизоры / Телевизоры',
    nouns: ['Телевизор:m', 'Smart-телевизор:m', 'ЖК-телевизор:m'],
    makers: {
      Samsung: ['UE55CU7100U', 'UE43CU8000U'],
      LG: ['55UR78006LK', '43NANO766QA'],
      Haier: ['50 Smart TV S3|DH1VLK'],
      Яндекс: ['ТВ Станция 55'],
    },
    details: { Диагональ: ['43"', '50"', '55"', '65"'] },
    share: 60,
  },
  {
    id: 'tv-mount',
    path: 'Электроника / Телевизоры / Кронштейны',
    nouns: ['Кронштейн для телевизора:m', 'Пульт для телевизора:m', 'Подставка под телевизор:f'],
    makers: {
      Kromax: ['DIX-##'],
      Samsung: ['BN59-01315B'],
      LG: ['AKB75095312'],
      Holder: ['LCDS-50##'],
    },
    adjectives: { Цвет: ['чёрный', 'белый'] },
    share: 45,
  },
  {
    id: 'console',
    path: 'Электроника / Игры / Приставки',
    nouns: ['Игровая приставка:f', 'Игровая консоль:f'],
    makers: {
      Sony: ['PlayStation 5|CFI-1216A', 'PlayStation 5 Slim|CFI-2000A'],
      Microsoft: ['Xbox Series X|RRT-00010', 'Xbox Series S|RRS-00010'],
      Nintendo: ['Switch OLED|HEG-001'],
    },
    adjectives: { Цвет: ['белый', 'чёрный'] },
    share: 35,
  },
  {
    id: 'gamepad',
    path: 'Электроника / Игры / Геймпады',
    nouns: ['Геймпад:m', 'Джойстик беспроводной:m'],
    makers: { Sony: ['DualSense|CFI-ZCT1W'], Microsoft: ['Xbox Wireless|QAT-00009'], '': [''] },
    adjectives: colour,
    about: 'Для PlayStation 5, Xbox и компьютера',
    share: 35,
  },
  {
    id: 'camera',
    path: 'Электроника / Фото / Фотоаппараты',
    nouns: ['Фотоаппарат:m', 'Фотокамера беззеркальная:f'],
    makers: {
      Canon: ['EOS R50', 'EOS 250D'],
      Sony: ['Alpha A7 IV|ILCE-7M4', 'ZV-E10'],
      Nikon: ['Z30', 'D7500'],
      Fujifilm: ['Instax Mini 12'],
    },
    share: 35,
  },
]
