import { COLOURS, type Family } from './family.ts'

const colour = { Цвет: COLOURS }
const memory = { Память: ['64 ГБ', '128 ГБ', '256 ГБ', '512 ГБ'] }

export const computers: Family[] = [
  {
    id: 'laptop',
    path: 'Электроника / Компьютеры / Ноутбуки',
    nouns: ['Ноутбук:m', 'Ноутбук игровой:m', 'Ультрабук:m'],
    makers: {
      ASUS: ['VivoBook 15|X1502ZA', 'TUF Gaming F15|FX506HF', 'ZenBook 14|UX3402VA'],
      Lenovo: ['IdeaPad 3 15ITL6|82H803', 'Legion 5|82RC00', 'ThinkPad E14|21E3S0'],
      Apple: ['MacBook Air 13 M2|MLXW3', 'MacBook Pro 14 M3|MTL73'],
      HP: ['15s-eq2134ur', 'Pavilion 15|15-eg3'],
      Acer: ['Aspire 3 A315-58', 'Nitro 5|AN515-57'],
      HUAWEI: ['MateBook D 16|RLEF-X'],
    },
    adjectives: { Цвет: ['серый', 'чёрный', 'синий'] },
    details: { Память: ['8 ГБ', '16 ГБ', '32 ГБ'] },
    share: 130,
  },
  {
    id: 'laptop-bag',
    path: 'Электроника / Компьютеры / Сумки для ноутбуков',
    nouns: ['Сумка для ноутбука:f', 'Рюкзак для ноутбука:m', 'Подставка для ноутбука:f'],
    makers: { Riva: ['8##5'], Lenovo: ['T210'], HP: ['Prelude'], '': [''] },
    adjectives: colour,
    share: 50,
  },
  {
    id: 'mouse',
    path: 'Электроника / Компьютеры / Мыши',
    nouns: ['Мышь беспроводная:f', 'Мышь компьютерная:f', 'Игровая мышь:f', 'Компьютерная мышка:f'],
    makers: {
      Logitech: ['MX Master 3S|910-006559', 'M185|910-002238', 'G102|910-005823'],
      Razer: ['DeathAdder V3'],
      A4Tech: ['OP-720'],
      Defender: ['MB-###'],
    },
    adjectives: colour,
    share: 60,
  },
  {
    id: 'keyboard',
    path: 'Электроника / Компьютеры / Клавиатуры',
    nouns: ['Клавиатура:f', 'Клавиатура механическая:f', 'Беспроводная клавиатура:f'],
    makers: {
      Logitech: ['K380|920-007584', 'MX Keys|920-009417'],
      Redragon: ['K552'],
      Keychron: ['K2 Pro'],
    },
    adjectives: colour,
    share: 45,
  },
  {
    id: 'monitor',
    path: 'Электроника / Компьютеры / Мониторы',
    nouns: ['Монитор:m', 'Игровой монитор:m'],
    makers: {
      Samsung: ['S24C310EAI', 'LS27AG500NI'],
      LG: ['27GN800-B', '24MP400'],
      AOC: ['24G2U5'],
      Xiaomi: ['Mi Desktop 27|RMMNT27NF'],
    },
    details: { Диагональ: ['23.8"', '27"', '31.5"'] },
    share: 50,
  },
  {
    id: 'ssd',
    path: 'Электроника / Компьютеры / SSD',
    nouns: ['SSD-накопитель:m', 'Твердотельный накопитель:m'],
    makers: {
      Samsung: ['980 PRO|MZ-V8P1T0BW', '870 EVO|MZ-77E500BW'],
      Kingston: ['A400|SA400S37', 'NV2|SNV2S'],
      WD: ['Blue SN580|WDS100T3B0E'],
    },
    details: { Ёмкость: ['480 ГБ', '500 ГБ', '1 ТБ'] },
    share: 45,
  },
  {
    id: 'memory-card',
    path: 'Электроника / Компьютеры / Карты памяти',
    nouns: ['Карта памяти:f', 'Карта памяти microSD:f'],
    makers: {
      SanDisk: ['Ultra|SDSQUA4', 'Extreme|SDSQXAF'],
      Samsung: ['EVO Plus|MB-MC128KA'],
      Kingston: ['Canvas Select|SDCS2'],
    },
    details: memory,
    share: 40,
  },
  {
    id: 'router',
    path: 'Электроника / Компьютеры / Роутеры',
    nouns: ['Wi-Fi роутер:m', 'Маршрутизатор:m', 'Роутер беспроводной:m'],
    makers: {
      'TP-Link': ['Archer C6', 'Archer AX23', 'TL-WR840N'],
      Keenetic: ['Viva KN-1913', 'Hero 4G+ KN-2311'],
      Xiaomi: ['AX3000T|RD03'],
      MikroTik: ['hAP ax2|C52iG'],
    },
    share: 45,
  },
  {
    id: 'printer',
    path: 'Электроника / Компьютеры / Принтеры',
    nouns: ['Принтер лазерный:m', 'МФУ струйное:n', 'Многофункциональное устройство:n'],
    makers: {
      HP: ['LaserJet M111w|7MD68A', 'Smart Tank 515|1TJ09A'],
      Canon: ['PIXMA G3420', 'i-SENSYS LBP6030'],
      Pantum: ['P2516', 'M6500W'],
    },
    share: 40,
  },
  {
    id: 'cartridge',
    path: 'Электроника / Компьютеры / Картриджи',
    nouns: ['Картридж:m', 'Тонер-картридж:m'],
    makers: { Cactus: ['CS-####'], 'NV Print': ['NV-####'] },
    fits: ['HP|LaserJet M111w', 'Canon|i-SENSYS LBP6030', 'Pantum|P2516', 'Pantum|M6500W'],
    share: 45,
  },
]
