import {
  GOOGLE_ATTRIBUTES,
  type GoogleItem,
  type ShippingTexts,
} from '../../domain/integrations/feeds/google-item.ts'
import type { FeedWriter } from '../feed-writer.ts'

export const TSV_COLUMNS = [...GOOGLE_ATTRIBUTES, 'additional_image_link', 'shipping'] as const

/** Tab-separated, the names of the attributes in the first row; everything that comes in one file is named there. */
export const tsvWriter: FeedWriter<unknown, GoogleItem> = {
  head: () => `${TSV_COLUMNS.join('\t')}\n`,
  items: (items) => items.map(line).join(''),
  tail: '',
}

function line(one: GoogleItem): string {
  let text = ''
  for (const name of GOOGLE_ATTRIBUTES) text += `${cell(one[name])}\t`
  // A comma separates the pictures, so that one inside an address is encoded.
  text += `${one.additional_image_link.map((url) => cell(url).replaceAll(',', '%2C')).join(',')}\t`
  return `${text}${one.shipping.map(shipping).join(',')}\n`
}

/** `country:region:service:price`; commas and colons separate, and stand nowhere else. */
const shipping = ({ country, region, service, price }: ShippingTexts) =>
  [country, region, service, price].map((part) => cell(part).replace(/[,:]/g, ' ')).join(':')

/** White space and control characters become single spaces: a tab or a line break would begin another cell. */
function cell(text: string | undefined): string {
  if (text === undefined) return ''
  return UNEVEN.test(text) ? text.replace(UNEVEN_ALL, ' ').trim() : text
}

const UNEVEN = /[\0-\x1f\x7f\u0085\u2028\u2029]/
const UNEVEN_ALL = /[\0-\x1f\x7f\u0085\u2028\u2029]+/g
