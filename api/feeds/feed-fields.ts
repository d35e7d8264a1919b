import { z } from '@hono/zod-openapi'
import type {
  DeliveryOption,
  FeedFilters,
  FeedKind,
  GoogleShoppingSettings,
  YandexMarketSettings,
} from '../../domain/integrations/feeds/settings.ts'
import { invalid } from '../validation.ts'

const Name = z.string().trim().min(1).max(200)
const WebAddress = z.url({ protocol: /^https?$/ }).max(2_000)
const Country = z
  .string()
  .regex(/^[A-Z]{2}$/)
  .openapi({ example: 'RU' })
const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .openapi({ example: 'RUB' })
const MinorAmount = z.int().min(0).max(1_000_000_000_000)
const Rouble = z.strictObject({ amount: MinorAmount, currency: z.literal('RUB') })

export const Filters = z
  .strictObject({
    categoryIds: z
      .array(z.string().regex(/^\d{1,18}$/))
      .min(1)
      .max(1_000)
      .optional()
      .openapi({ description: 'With all categories below them.' }),
    availableOnly: z.boolean().optional(),
    priceFrom: MinorAmount.optional().openapi({ description: 'In minor units' }),
    priceTo: MinorAmount.optional().openapi({ description: 'In minor units' }),
  })
  .openapi('FeedFilters')

const DeliveryOptionField = z.strictObject({
  cost: Rouble,
  days: z
    .string()
    .regex(/^([0-9]|[12][0-9]|3[01])(-([0-9]|[12][0-9]|3[01]))?$/)
    .openapi({ example: '1-3' }),
  orderBefore: z.int().min(1).max(24).optional(),
})

const YandexMarket = z
  .strictObject({
    name: Name.optional(),
    company: Name.optional(),
    url: WebAddress.optional(),
    deliveryOptions: z.array(DeliveryOptionField).max(5).optional(),
    pickupOptions: z.array(DeliveryOptionField).max(5).optional(),
  })
  .openapi('YandexMarketSettings')

const GoogleShopping = z
  .strictObject({
    title: Name.optional(),
    url: WebAddress.optional(),
    description: z.string().trim().max(1_000).optional(),
    country: Country.optional(),
    language: z
      .string()
      .regex(/^[a-z]{2}$/)
      .optional()
      .openapi({ example: 'ru' }),
    currency: Currency.optional(),
    shipping: z
      .array(
        z.strictObject({
          country: Country.optional(),
          region: z.string().trim().min(1).max(50).optional(),
          service: z.string().trim().min(1).max(50).optional(),
          price: z.strictObject({ amount: MinorAmount, currency: Currency }),
        }),
      )
      .max(100)
      .optional(),
  })
  .openapi('GoogleShoppingSettings')

const Schedule = z.strictObject({ everyMinutes: z.int().min(15).max(10_080) })

const common = {
  shopId: z.string().min(1).max(18),
  name: Name.optional(),
  filters: Filters.optional(),
  schedule: Schedule.nullish(),
}

export const NewFeed = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('yandex-market'),
      ...common,
      settings: YandexMarket.optional(),
    }),
    z.strictObject({
      kind: z.literal('google-shopping'),
      ...common,
      settings: GoogleShopping.optional(),
    }),
  ])
  .openapi('NewFeed')

export const Settings = z.union([YandexMarket, GoogleShopping])

/** What is absent stays; `settings` and `filters` are replaced as a whole. */
export const FeedPatch = z
  .strictObject({
    name: Name.optional(),
    filters: Filters.optional(),
    settings: Settings.optional(),
    schedule: Schedule.nullish(),
  })
  .openapi('FeedPatch')

export const toFilters = ({
  categoryIds,
  availableOnly,
  priceFrom,
  priceTo,
}: z.output<typeof Filters>): FeedFilters => ({
  ...(categoryIds && { categoryIds }),
  ...(availableOnly !== undefined && { availableOnly }),
  ...(priceFrom !== undefined && { priceFromMinor: priceFrom }),
  ...(priceTo !== undefined && { priceToMinor: priceTo }),
})

/** @throws {Problem} when the settings are another kind's */
export function toSettings(
  kind: FeedKind,
  given: unknown,
): YandexMarketSettings | GoogleShoppingSettings {
  switch (kind) {
    case 'yandex-market': {
      const { deliveryOptions, pickupOptions, ...rest } = checked(YandexMarket, given)
      return defined({
        ...rest,
        deliveryOptions: deliveryOptions?.map(toOption),
        pickupOptions: pickupOptions?.map(toOption),
      })
    }
    case 'google-shopping': {
      const { shipping, ...rest } = checked(GoogleShopping, given)
      return defined({
        ...rest,
        shipping: shipping?.map(({ price, ...option }) =>
          defined({ ...option, priceMinor: price.amount }),
        ),
      })
    }
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const parsed = schema.safeParse(given)
  if (!parsed.success) throw invalid(parsed.error, given)
  return parsed.data
}

const toOption = ({
  cost,
  days,
  orderBefore,
}: z.output<typeof DeliveryOptionField>): DeliveryOption => ({
  costMinor: cost.amount,
  days,
  ...(orderBefore !== undefined && { orderBefore }),
})

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** Without the keys that say nothing. */
const defined = <T extends object>(given: T): Defined<T> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<T>
