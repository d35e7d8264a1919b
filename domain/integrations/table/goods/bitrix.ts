import type { Columns } from '../columns.ts'
import { emptyTableOffer, type TableOffer } from '../table-offer.ts'
import { collector } from './collector.ts'
import type { Goods, Ordinals } from './goods.ts'

/**
 * One element of an information block takes a row for each value of its lists: rows of one `IE_XML_ID` in a row are one
 * offer. The id of an offer of 1C is `product#offer`.
 */
export function bitrixGoods(columns: Columns, ordinals: Ordinals): Goods {
  const offers = collector()
  const idAt = columns.indexOf('id')
  let open: TableOffer | undefined
  let openId = ''
  const close = () => {
    if (open) offers.push(finish(open))
    open = undefined
  }
  return {
    take({ line, cells, section }) {
      const id = cells[idAt]?.trim() ?? ''
      if (!open || id === '' || id !== openId) {
        close()
        ordinals.last += 1
        open = emptyTableOffer(ordinals.last, line, section)
        openId = id
      }
      if (!open.raw.tooLarge) columns.fill(open, cells)
      return ordinals.last
    },
    finished: offers.take,
    end: close,
  }
}

function finish(offer: TableOffer): TableOffer {
  const { raw, own } = offer
  raw.description ||= own?.get('bitrix:previewText')
  const hash = raw.id?.indexOf('#') ?? -1
  if (hash > 0) raw.groupId ||= raw.id!.slice(0, hash).trim()
  const seen = new Set<string>()
  raw.attributes = raw.attributes.filter(({ name, value }) => {
    const key = `${name}\n${value}`
    return !seen.has(key) && seen.add(key)
  })
  return offer
}
