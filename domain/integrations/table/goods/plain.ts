import type { Columns } from '../columns.ts'
import { emptyTableOffer, type TableOffer } from '../table-offer.ts'
import { collector } from './collector.ts'
import type { Goods, Ordinals } from './goods.ts'

/** A row is an offer. */
export function plainGoods(
  preset: 'plain' | 'insales' | 'yandex-market',
  columns: Columns,
  ordinals: Ordinals,
): Goods {
  const offers = collector()
  return {
    take({ line, cells, section }) {
      ordinals.last += 1
      const offer = emptyTableOffer(ordinals.last, line, section)
      columns.fill(offer, cells)
      if (offer.own) finishOwn(preset, offer, offer.own)
      offers.push(offer)
      return ordinals.last
    },
    finished: offers.take,
    end() {},
  }
}

function finishOwn(preset: string, { raw }: TableOffer, own: ReadonlyMap<string, string>): void {
  const told = (what: string) => own.get(`${preset}:${what}`)
  raw.description ||= told('shortDescription')
  const value = told('paramValue')
  if (value) raw.attributes.push({ name: told('paramName'), value, unit: told('paramUnit') })
}
