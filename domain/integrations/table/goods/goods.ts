import type { Columns } from '../columns.ts'
import type { TablePreset } from '../mapping.ts'
import type { TableOffer } from '../table-offer.ts'
import { bitrixGoods } from './bitrix.ts'
import { plainGoods } from './plain.ts'
import { shopifyGoods } from './shopify.ts'
import { woocommerceGoods } from './woocommerce.ts'

/** A row of goods, and the section row that it stands under. */
export type GoodsRecord = { line: number; cells: readonly string[]; section: string }

/** Makes offers of the rows of one table, of which one good may take several. */
export type Goods = {
  /**
   * Takes the next row.
   * @returns the ordinal of the offer that it belongs to; 0 for a row that only others refer to
   */
  take(record: GoodsRecord): number
  /** The offers that are complete by now, in order. */
  finished(): TableOffer[]
  /** Completes what is left when no row follows. */
  end(): void
}

/** Counts offers through all sheets of a file. */
export type Ordinals = { last: number }

export function goodsOf(preset: TablePreset, columns: Columns, ordinals: Ordinals): Goods {
  switch (preset) {
    case 'shopify':
      return shopifyGoods(columns, ordinals)
    case 'woocommerce':
      return woocommerceGoods(columns, ordinals)
    case 'bitrix':
      return bitrixGoods(columns, ordinals)
    case 'plain':
    case 'insales':
    case 'yandex-market':
      return plainGoods(preset, columns, ordinals)
  }
}
