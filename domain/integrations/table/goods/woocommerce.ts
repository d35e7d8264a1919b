import type { Columns } from '../columns.ts'
import { emptyTableOffer, type TableOffer } from '../table-offer.ts'
import { collector } from './collector.ts'
import type { Goods, Ordinals } from './goods.ts'

/** Variable products that are remembered for the variations below them. */
const MOST_PARENTS = 5_000
/** Of their texts together, copied so that they hold no more of the file; the oldest are forgotten first. */
const MOST_CHARACTERS = 8_388_608

/**
 * A `variable` product is no offer but what its variations share; they name it by `id:123` or by its SKU, anywhere below.
 * WooCommerce exports products by their ids, so that parents come first.
 */
export function woocommerceGoods(columns: Columns, ordinals: Ordinals): Goods {
  const offers = collector()
  const parents = new Map<string, TableOffer>()
  let characters = 0
  const remember = (key: string, parent: TableOffer) => {
    forget(key)
    parents.set(key, parent)
    characters += parent.characters
    while (parents.size > MOST_PARENTS || characters > MOST_CHARACTERS)
      forget(parents.keys().next().value!)
  }
  const forget = (key: string) => {
    characters -= parents.get(key)?.characters ?? 0
    parents.delete(key)
  }
  return {
    take({ line, cells, section }) {
      const offer = emptyTableOffer(ordinals.last + 1, line, section)
      columns.fill(offer, cells)
      const type = own(offer, 'type').toLowerCase()
      addAttributes(offer)
      offer.categoryPath = firstCategory(offer.categoryPath)
      if (/^(?:variable|вариативный)(?:,|$)/.test(type)) {
        if (offer.raw.tooLarge) return 0
        const parent = structuredClone(offer)
        const { id, vendorCode } = parent.raw
        if (id?.trim()) remember(`id:${id.trim()}`, parent)
        if (vendorCode?.trim()) remember(structuredClone(vendorCode.trim()), parent)
        return 0
      }
      ordinals.last += 1
      const isVariation = /^(?:variation|вариация)(?:,|$)/.test(type)
      finish(offer, isVariation ? parents.get(own(offer, 'parent')) : undefined)
      offers.push(offer)
      return ordinals.last
    },
    finished: offers.take,
    end() {},
  }
}

function own(offer: TableOffer, what: string): string {
  return offer.own?.get(`woocommerce:${what}`) ?? ''
}

function finish(offer: TableOffer, parent: TableOffer | undefined): void {
  const { raw } = offer
  raw.id ||= raw.vendorCode
  raw.description ||= own(offer, 'shortDescription')
  const regular = own(offer, 'regularPrice')
  if (!raw.price?.trim()) raw.price = regular
  else if (regular !== '') raw.oldPrice ||= regular
  if (own(offer, 'inStock') === '0') raw.available = 'false'
  const parentKey = own(offer, 'parent')
  if (parentKey !== '') raw.groupId = parent?.raw.id?.trim() || parentKey.replace(/^id:/, '')
  if (!parent) return
  const given = parent.raw
  raw.name ||= given.name
  raw.brand ||= given.brand
  raw.description ||= given.description ?? own(parent, 'shortDescription')
  raw.weightKg ||= given.weightKg
  offer.categoryPath ||= parent.categoryPath
  offer.section ||= parent.section
  for (const side of ['length', 'width', 'height'] as const) offer[side] ||= parent[side]
  if (given.available === 'false') raw.available = 'false'
  raw.pictures.push(...given.pictures)
  const named = new Set(raw.attributes.map(({ name }) => name))
  for (const attribute of given.attributes)
    if (!named.has(attribute.name) && !isList(attribute.value)) raw.attributes.push(attribute)
}

/** `Attribute 1 name` and `Attribute 1 value(s)` are one characteristic. */
function addAttributes(offer: TableOffer): void {
  for (const [target, name] of offer.own ?? []) {
    const [, place] = /^woocommerce:attributeName(\d+)$/.exec(target) ?? []
    const value = place && own(offer, `attributeValue${place}`)
    if (value) offer.raw.attributes.push({ name, value, unit: undefined })
  }
}

/** All values that a parent's variations may have say nothing of one variation. */
function isList(value: string): boolean {
  return /(?<!\\),/.test(value)
}

/** Of `A > B, C > D` the first; a comma within a name is escaped. */
function firstCategory(text: string): string {
  const [first = ''] = text.split(/(?<!\\),\s*/)
  return first.replaceAll('\\,', ',')
}
