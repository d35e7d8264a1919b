export type DemoCity = {
  readonly id: string
  readonly name: string
  readonly nameEn: string
  readonly timeZone: string
  readonly position: number
}

export type DemoWarehouse = {
  /** What the seller's feed calls it: `outlet id` in YML. */
  readonly externalId: string
  readonly name: string
  readonly cityId: string
  readonly servesCityIds: readonly string[]
  /** Holds the units that a feed gives without an outlet: `count` in YML. */
  readonly isDefault: boolean
  /** Where carriers fetch, and who hands over. */
  readonly dispatch: {
    readonly address: string
    readonly postalCode: string
    readonly lat: number
    readonly lon: number
    readonly contactName: string
    readonly contactPhone: string
  }
}

export type DemoSeller = {
  readonly name: string
  readonly shop: { readonly name: string; readonly slug: string; readonly url: string }
  readonly warehouses: readonly DemoWarehouse[]
  /** A file of `scripts/demo/feeds`. */
  readonly feed: string
}

export type DemoMarketplace = {
  readonly cities: readonly DemoCity[]
  readonly sellers: readonly DemoSeller[]
}

/**
 * The marketplace that `npm start` shows: each seller has one shop, one default warehouse and one YML feed of a hundred
 * goods. No city sees everything: Novosibirsk, Krasnodar and Samara have no home goods, Novosibirsk and Yekaterinburg only the
 * electronics that lie in Novosibirsk, Krasnodar only the clothes and toys that lie there.
 */
export const marketplace: DemoMarketplace = {
  cities: [
    { id: 'msk', name: 'Москва', nameEn: 'Moscow', timeZone: 'Europe/Moscow', position: 1 },
    {
      id: 'spb',
      name: 'Санкт-Петербург',
      nameEn: 'Saint Petersburg',
      timeZone: 'Europe/Moscow',
      position: 2,
    },
    {
      id: 'nsk',
      name: 'Новосибирск',
      nameEn: 'Novosibirsk',
      timeZone: 'Asia/Novosibirsk',
      position: 3,
    },
    {
      id: 'ekb',
      name: 'Екатеринбург',
      nameEn: 'Yekaterinburg',
      timeZone: 'Asia/Yekaterinburg',
      position: 4,
    },
    { id: 'kzn', name: 'Казань', nameEn: 'Kazan', timeZone: 'Europe/Moscow', position: 5 },
    {
      id: 'nnv',
      name: 'Нижний Новгород',
      nameEn: 'Nizhny Novgorod',
      timeZone: 'Europe/Moscow',
      position: 6,
    },
    { id: 'krd', name: 'Краснодар', nameEn: 'Krasnodar', timeZone: 'Europe/Moscow', position: 7 },
    { id: 'sam', name: 'Самара', nameEn: 'Samara', timeZone: 'Europe/Samara', position: 8 },
  ],
  sellers: [
    {
      name: 'ООО «Сибирский контур»',
      shop: { name: 'Точка тока', slug: 'tochka-toka', url: 'https://tochka-toka.example' },
      warehouses: [
        {
          externalId: 'TT-MSK',
          name: 'Склад «Подольск»',
          cityId: 'msk',
          servesCityIds: ['msk', 'spb', 'kzn', 'nnv', 'krd', 'sam'],
          isDefault: true,
          dispatch: {
            address: 'пр-д Энергетиков, 12, стр. 4',
            postalCode: '121059',
            lat: 55.7421,
            lon: 37.5518,
            contactName: 'Олег Синицын',
            contactPhone: '+79995550101',
          },
        },
        {
          externalId: 'TT-NSK',
          name: 'Склад «Обь»',
          cityId: 'nsk',
          servesCityIds: ['nsk', 'ekb'],
          isDefault: false,
          dispatch: {
            address: 'ул. Станционная, 104',
            postalCode: '630108',
            lat: 55.0049,
            lon: 82.8247,
            contactName: 'Марат Юсупов',
            contactPhone: '+79995550102',
          },
        },
      ],
      feed: 'electronics.xml',
    },
    {
      name: 'ИП Вересова Анна Львовна',
      shop: {
        name: 'Полка & Плошка',
        slug: 'polka-i-ploshka',
        url: 'https://polka-i-ploshka.example',
      },
      warehouses: [
        {
          externalId: 'PP-SPB',
          name: 'Склад «Шушары»',
          cityId: 'spb',
          servesCityIds: ['spb', 'msk', 'ekb', 'kzn', 'nnv'],
          isDefault: true,
          dispatch: {
            address: 'Московское шоссе, 70',
            postalCode: '196626',
            lat: 59.8078,
            lon: 30.3956,
            contactName: 'Дарья Лескова',
            contactPhone: '+79995550103',
          },
        },
      ],
      feed: 'home.xml',
    },
    {
      name: 'ООО «Большая прогулка»',
      shop: { name: 'Айда гулять', slug: 'ayda-gulyat', url: 'https://ayda-gulyat.example' },
      warehouses: [
        {
          externalId: 'AG-KZN',
          name: 'Склад «Лаишево»',
          cityId: 'kzn',
          servesCityIds: ['kzn', 'msk', 'spb', 'nsk', 'ekb', 'nnv', 'sam'],
          isDefault: true,
          dispatch: {
            address: 'ул. Техническая, 23',
            postalCode: '420054',
            lat: 55.7702,
            lon: 49.1206,
            contactName: 'Тимур Галеев',
            contactPhone: '+79995550104',
          },
        },
        {
          externalId: 'AG-KRD',
          name: 'Склад «Кубань»',
          cityId: 'krd',
          servesCityIds: ['krd', 'sam'],
          isDefault: false,
          dispatch: {
            address: 'ул. Уральская, 116',
            postalCode: '350080',
            lat: 45.037,
            lon: 39.0561,
            contactName: 'Инна Дьяченко',
            contactPhone: '+79995550105',
          },
        },
      ],
      feed: 'family.xml',
    },
  ],
}
