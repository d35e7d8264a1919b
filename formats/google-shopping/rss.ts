import {
  GOOGLE_ATTRIBUTES,
  type GoogleItem,
  type ShippingTexts,
} from '../../domain/integrations/feeds/google-item.ts'
import type { FeedWriter } from '../feed-writer.ts'
import { xmlText } from '../xml/escape.ts'

export type GoogleHead = { title: string; link: string; description: string; language: string }

/** RSS 2.0 with Google's namespace, support.google.com/merchants/answer/14987622. */
export const rssWriter: FeedWriter<GoogleHead, GoogleItem> = {
  head: ({ title, link, description, language }) =>
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n' +
    `<title>${xmlText(title)}</title>\n<link>${xmlText(link)}</link>\n` +
    `<description>${xmlText(description)}</description>\n<language>${xmlText(language)}</language>\n`,
  items: (items) => items.map(item).join(''),
  tail: '</channel>\n</rss>\n',
}

function item(one: GoogleItem): string {
  let text = '<item>\n'
  for (const name of GOOGLE_ATTRIBUTES) text += element(name, one[name])
  for (const picture of one.additional_image_link) text += element('additional_image_link', picture)
  for (const option of one.shipping) text += shipping(option)
  return `${text}</item>\n`
}

const shipping = ({ country, region, service, price }: ShippingTexts) =>
  `<g:shipping>\n${element('country', country)}${element('region', region)}${element('service', service)}${element('price', price)}</g:shipping>\n`

const element = (name: string, text: string | undefined) =>
  text === undefined ? '' : `<g:${name}>${xmlText(text)}</g:${name}>\n`
