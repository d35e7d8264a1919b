import type { FeedAttribute, FeedCategory } from '../../domain/integrations/feeds/product.ts'
import type { DeliveryOption } from '../../domain/integrations/feeds/settings.ts'
import type { YandexOffer } from '../../domain/integrations/feeds/yandex-offer.ts'
import type { FeedWriter } from '../feed-writer.ts'
import { xmlAttribute, xmlCdata, xmlText } from '../xml/escape.ts'

export type YmlHead = {
  /** RFC 3339 with an offset: Yandex asks for it. */
  date: string
  name: string
  company: string
  url?: string
  /** In any order; written parents first. */
  categories: readonly FeedCategory[]
  deliveryOptions: readonly DeliveryOption[]
  pickupOptions: readonly DeliveryOption[]
}

/** Yandex Market Language, in the order that its readers rely on: currencies and categories before offers. */
export const ymlWriter: FeedWriter<YmlHead, YandexOffer> = {
  head: ({ date, name, company, url, categories, deliveryOptions, pickupOptions }) =>
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<yml_catalog date="${xmlAttribute(date)}">\n<shop>\n` +
    element('name', name) +
    element('company', company) +
    element('url', url) +
    '<currencies><currency id="RUB" rate="1"/></currencies>\n' +
    `<categories>\n${parentsFirst(categories).map(category).join('')}</categories>\n` +
    options('delivery-options', deliveryOptions) +
    options('pickup-options', pickupOptions) +
    '<offers>\n',
  items: (offers) => offers.map(offer).join(''),
  tail: '</offers>\n</shop>\n</yml_catalog>\n',
}

/** Each after its parent; a parent that is not among them makes a root. */
export function parentsFirst(categories: readonly FeedCategory[]): FeedCategory[] {
  const byId = new Map(categories.map((one) => [one.id, one]))
  const placed = new Set<FeedCategory>()
  for (const one of categories) {
    const upwards: FeedCategory[] = []
    for (
      let at: FeedCategory | undefined = one;
      at && !placed.has(at) && !upwards.includes(at);
      at = at.parentId === null ? undefined : byId.get(at.parentId)
    )
      upwards.push(at)
    for (const ancestor of upwards.reverse()) placed.add(ancestor)
  }
  return [...placed].map((one) =>
    one.parentId === null || byId.has(one.parentId) ? one : { ...one, parentId: null },
  )
}

const category = ({ id, parentId, name }: FeedCategory) =>
  `<category id="${xmlAttribute(id)}"${parentId === null ? '' : ` parentId="${xmlAttribute(parentId)}"`}>${xmlText(name)}</category>\n`

/** The cost is in whole roubles: a fraction is charged in full. */
function options(name: string, given: readonly DeliveryOption[]): string {
  if (given.length === 0) return ''
  const lines = given.map(({ costMinor, days, orderBefore }) => {
    const hour = orderBefore === undefined ? '' : ` order-before="${orderBefore}"`
    return `<option cost="${Math.ceil(costMinor / 100)}" days="${xmlAttribute(days)}"${hour}/>\n`
  })
  return `<${name}>\n${lines.join('')}</${name}>\n`
}

function offer(one: YandexOffer): string {
  const type = one.type === undefined ? '' : ` type="${xmlAttribute(one.type)}"`
  const group = one.groupId === undefined ? '' : ` group_id="${xmlAttribute(one.groupId)}"`
  let text = `<offer id="${xmlAttribute(one.id)}"${type}${group} available="${one.available}">\n`
  text += element('url', one.url)
  text += element('price', one.price)
  text += element('oldprice', one.oldPrice)
  text += element('currencyId', one.currencyId)
  text += element('categoryId', one.categoryId)
  for (const picture of one.pictures) text += element('picture', picture)
  text += element('typePrefix', one.typePrefix)
  text += element('name', one.name)
  text += element('title', one.title)
  text += element('vendor', one.vendor)
  text += element('vendorCode', one.vendorCode)
  text += element('model', one.model)
  if (one.description !== undefined)
    text += `<description>${xmlCdata(one.description)}</description>\n`
  for (const barcode of one.barcodes) text += element('barcode', barcode)
  for (const attribute of one.params) text += param(attribute)
  text += element('weight', one.weightKg)
  text += element('dimensions', one.dimensionsCm)
  if (one.count !== undefined) text += element('count', String(one.count))
  return `${text}</offer>\n`
}

const element = (name: string, text: string | undefined) =>
  text === undefined ? '' : `<${name}>${xmlText(text)}</${name}>\n`

const param = ({ name, value, unit }: FeedAttribute) =>
  `<param name="${xmlAttribute(name)}"${unit ? ` unit="${xmlAttribute(unit)}"` : ''}>${xmlText(value)}</param>\n`
