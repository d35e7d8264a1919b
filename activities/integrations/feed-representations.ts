import type { FeedShop } from '../../db/integrations/feed-source.ts'
import type { Feed, LeftOut } from '../../db/integrations/feeds.ts'
import { toGoogleItem } from '../../domain/integrations/feeds/google-item.ts'
import type { FeedCategory, FeedProduct, Mapped } from '../../domain/integrations/feeds/product.ts'
import type {
  FeedExtension,
  GoogleShoppingSettings,
  YandexMarketSettings,
} from '../../domain/integrations/feeds/settings.ts'
import { toYandexOffer } from '../../domain/integrations/feeds/yandex-offer.ts'
import type { FeedCheck, FeedWriter } from '../../formats/feed-writer.ts'
import { checkRss, checkTsv } from '../../formats/google-shopping/check.ts'
import { rssWriter } from '../../formats/google-shopping/rss.ts'
import { tsvWriter } from '../../formats/google-shopping/tsv.ts'
import { checkYml } from '../../formats/yml/check.ts'
import { ymlWriter } from '../../formats/yml/write.ts'

/** Pieces of text so small that they die young: larger ones fill the old generation before it is swept. */
const PIECE_ITEMS = 32

/** What became of one page of products. */
export type Tally = { items: number; leftOut: LeftOut[] }

/** One file of a feed. */
export type Representation = {
  extension: FeedExtension
  /** The file, piece by piece; `count` is told of each page before its piece is given. */
  write(
    pages: AsyncIterable<FeedProduct[]>,
    count: (tally: Tally) => Promise<void>,
  ): AsyncGenerator<string>
}

export type FeedMaterial = {
  shop: FeedShop
  categories: ReadonlyMap<string, FeedCategory>
}

export const checks: Record<Feed['kind'], Partial<Record<FeedExtension, FeedCheck>>> = {
  'yandex-market': { xml: checkYml },
  'google-shopping': { xml: checkRss, tsv: checkTsv },
}

/** The files in which a feed of this kind is published. */
export function representationsOf(feed: Feed, material: FeedMaterial): Representation[] {
  switch (feed.kind) {
    case 'yandex-market':
      return [yandexMarket(feed.settings as YandexMarketSettings, material)]
    case 'google-shopping':
      return googleShopping(feed.settings as GoogleShoppingSettings, material)
  }
}

function yandexMarket(
  settings: YandexMarketSettings,
  { shop, categories }: FeedMaterial,
): Representation {
  const url = settings.url ?? shop.url
  const head = {
    date: shop.snapshotAt.toISOString().replace(/\.\d+Z$/, '+00:00'),
    name: settings.name ?? shop.shopName,
    company: settings.company ?? shop.sellerName,
    ...(url === null ? {} : { url }),
    categories: [...categories.values()],
    deliveryOptions: settings.deliveryOptions ?? [],
    pickupOptions: settings.pickupOptions ?? [],
  }
  return represent('xml', ymlWriter, head, (product) => toYandexOffer(product, categories))
}

function googleShopping(
  settings: GoogleShoppingSettings,
  { shop, categories }: FeedMaterial,
): Representation[] {
  const title = settings.title ?? shop.shopName
  const head = {
    title,
    link: settings.url ?? shop.url ?? '',
    description: settings.description ?? title,
    language: settings.language ?? 'ru',
  }
  const terms = {
    country: settings.country ?? 'RU',
    currency: settings.currency ?? 'RUB',
    shipping: settings.shipping ?? [],
    categories,
  }
  const map = (product: FeedProduct) => toGoogleItem(product, terms)
  return [represent('xml', rssWriter, head, map), represent('tsv', tsvWriter, head, map)]
}

const represent = <Head, Item>(
  extension: FeedExtension,
  writer: FeedWriter<Head, Item>,
  head: Head,
  map: (product: FeedProduct) => Mapped<Item>,
): Representation => ({
  extension,
  async *write(pages, count) {
    yield writer.head(head)
    for await (const page of pages) {
      const items: Item[] = []
      const leftOut: LeftOut[] = []
      for (const product of page) {
        const mapped = map(product)
        if ('item' in mapped) items.push(mapped.item)
        else
          for (const reason of mapped.reasons)
            leftOut.push({
              ...reason,
              shopProductId: product.shopProductId,
              externalId: product.externalId,
            })
      }
      await count({ items: items.length, leftOut })
      for (let at = 0; at < items.length; at += PIECE_ITEMS)
        yield writer.items(items.slice(at, at + PIECE_ITEMS))
    }
    yield writer.tail
  },
})
