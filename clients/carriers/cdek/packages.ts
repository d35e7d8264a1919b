import type { BookRequest, Item } from '../carrier.ts'
import { isMeasured, majorOf } from '../units.ts'
import { sizesOf } from './quote.ts'

/**
 * Every parcel of an online shop's order wants goods in it (`packages[].items`), and we are not told which is where: the
 * units are dealt out in turn. All is prepaid, so that nothing is collected at the door.
 */
export function packagesOf({ parcels, items }: Pick<BookRequest, 'parcels' | 'items'>) {
  const dealt = parcels.map(() => new Map<string, { item: Item; amount: number }>())
  let turn = 0
  for (const item of items)
    for (const part of parts(item.quantity, parcels.length)) {
      const content = dealt[turn++ % parcels.length]!
      const { amount } = content.get(item.sku) ?? { amount: 0 }
      content.set(item.sku, { item, amount: amount + part })
    }
  return parcels.map((parcel, index) => ({
    number: String(index + 1),
    weight: Math.max(1, Math.ceil(parcel.weightG)),
    ...(isMeasured(parcel) ? sizesOf(parcel) : {}),
    items: [...dealt[index]!.values()].map(({ item, amount }) => ({
      name: item.name.slice(0, 255),
      ware_key: item.sku.slice(0, 50),
      payment: { value: 0 },
      cost: majorOf(item.price),
      weight: Math.max(1, Math.ceil(item.weightG)),
      amount,
    })),
  }))
}

/** A number in as equal parts as can be; none of them empty. */
function parts(quantity: number, count: number): number[] {
  const [least, more] = [Math.floor(quantity / count), quantity % count]
  return Array.from({ length: count }, (_, index) => least + (index < more ? 1 : 0)).filter(Boolean)
}
