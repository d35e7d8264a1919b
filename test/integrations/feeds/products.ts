import type { FeedCategory, FeedProduct } from '../../../domain/integrations/feeds/product.ts'

/** A product that both marketplaces take, but for what a test says otherwise. */
export const product = (given: Partial<FeedProduct> = {}): FeedProduct => ({
  shopProductId: '1',
  externalId: 'sku-1',
  offerType: 'simplified',
  groupId: null,
  name: 'Чайник электрический',
  brand: 'Бирюса',
  model: null,
  vendorCode: 'Б-17',
  categoryId: '2',
  description: 'Кипятит воду.',
  attributes: [],
  barcodes: ['4601234567893'],
  pictures: ['https://cdn.example/1.jpg'],
  weightGrams: null,
  lengthMm: null,
  widthMm: null,
  heightMm: null,
  priceMinor: 129_050,
  oldPriceMinor: null,
  currency: 'RUB',
  url: 'https://shop.example/1',
  available: true,
  units: 5,
  ...given,
})

export const categories: ReadonlyMap<string, FeedCategory> = new Map([
  ['2', { id: '2', parentId: '1', name: 'Чайники', path: ['Техника', 'Чайники'] }],
  ['1', { id: '1', parentId: null, name: 'Техника', path: ['Техника'] }],
])
