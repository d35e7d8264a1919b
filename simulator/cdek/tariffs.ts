export type End = 'door' | 'pvz' | 'postamat'
export type Tariff = {
  code: number
  name: string
  from: End
  to: End
  maxKg: number
  maxSideCm?: number
  product: 'parcel' | 'economy' | 'express' | 'same-day' | 'one-office'
}

/** 5 does not exist. */
const modes: Record<`${End}-${End}`, number> = {
  'door-door': 1,
  'door-pvz': 2,
  'pvz-door': 3,
  'pvz-pvz': 4,
  'door-postamat': 6,
  'pvz-postamat': 7,
  'postamat-door': 8,
  'postamat-pvz': 9,
  'postamat-postamat': 10,
}
export const deliveryMode = ({ from, to }: Tariff) => modes[`${from}-${to}`]

/** What online shops book; names and limits are the vendor's (api-docs.cdek.ru, table of tariffs). */
export const TARIFFS: readonly Tariff[] = [
  tariff(136, 'Посылка склад-склад', 'pvz', 'pvz', 50, 'parcel'),
  tariff(137, 'Посылка склад-дверь', 'pvz', 'door', 50, 'parcel'),
  tariff(138, 'Посылка дверь-склад', 'door', 'pvz', 50, 'parcel'),
  tariff(139, 'Посылка дверь-дверь', 'door', 'door', 50, 'parcel'),
  tariff(366, 'Посылка дверь-постамат', 'door', 'postamat', 30, 'parcel'),
  tariff(368, 'Посылка склад-постамат', 'pvz', 'postamat', 30, 'parcel'),
  tariff(231, 'Экономичная посылка дверь-дверь', 'door', 'door', 50, 'economy'),
  tariff(232, 'Экономичная посылка дверь-склад', 'door', 'pvz', 50, 'economy'),
  tariff(233, 'Экономичная посылка склад-дверь', 'pvz', 'door', 50, 'economy'),
  tariff(234, 'Экономичная посылка склад-склад', 'pvz', 'pvz', 50, 'economy'),
  tariff(378, 'Экономичная посылка склад-постамат', 'pvz', 'postamat', 30, 'economy'),
  tariff(480, 'Экспресс дверь-дверь', 'door', 'door', 200, 'express'),
  tariff(481, 'Экспресс дверь-склад', 'door', 'pvz', 200, 'express'),
  tariff(482, 'Экспресс склад-дверь', 'pvz', 'door', 200, 'express'),
  tariff(483, 'Экспресс склад-склад', 'pvz', 'pvz', 200, 'express'),
  tariff(485, 'Экспресс дверь-постамат', 'door', 'postamat', 30, 'express'),
  tariff(486, 'Экспресс склад-постамат', 'pvz', 'postamat', 30, 'express'),
  { ...tariff(2360, 'Доставка день в день', 'door', 'door', 25, 'same-day'), maxSideCm: 50 },
  tariff(2536, 'Один офис (ИМ)', 'pvz', 'pvz', 30, 'one-office'),
]

function tariff(
  code: number,
  name: string,
  from: End,
  to: End,
  maxKg: number,
  product: Tariff['product'],
): Tariff {
  return { code, name, from, to, maxKg, product }
}

const byCode = new Map(TARIFFS.map((one) => [one.code, one]))
export const tariffByCode = (code: number) => byCode.get(code)
