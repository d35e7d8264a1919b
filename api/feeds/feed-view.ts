import { z } from '@hono/zod-openapi'
import { feedWorkflowId } from '../../contracts/feeds.ts'
import type { FeedLeftOut } from '../../db/integrations/feed-queries.ts'
import type { Feed as FeedRow, FeedPublication } from '../../db/integrations/feeds.ts'
import { describeLeftOut } from '../../domain/integrations/feeds/left-out.ts'
import { describeFeedProblem } from '../../domain/integrations/feeds/problem.ts'
import type { LeftOutCode } from '../../domain/integrations/feeds/product.ts'
import {
  EXTENSIONS,
  type FeedFilters,
  type GoogleShoppingSettings,
  type YandexMarketSettings,
} from '../../domain/integrations/feeds/settings.ts'
import type { Language } from '../language.ts'
import { Instant } from '../openapi.ts'
import { Filters, Settings } from './feed-fields.ts'

export const Feed = z
  .object({
    id: z.string(),
    workflowId: z.string().openapi({ description: 'Findable in the Temporal UI.' }),
    shopId: z.string(),
    kind: z.enum(['yandex-market', 'google-shopping']),
    name: z.string(),
    filters: Filters,
    settings: Settings,
    schedule: z.object({ everyMinutes: z.int() }).nullable(),
    urls: z
      .array(z.string())
      .openapi({ description: 'For the marketplace: whoever has the address may read the feed.' }),
    isPublished: z.boolean(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .openapi('Feed')

const Count = z.int().min(0)

export const Publication = z
  .object({
    id: z.string(),
    feedId: z.string(),
    workflowId: z.string(),
    number: z.int(),
    state: z.enum(['queued', 'building', 'published', 'held', 'unchanged', 'failed']),
    items: Count,
    leftOut: Count,
    files: z.array(
      z.object({
        extension: z.enum(['xml', 'tsv']),
        bytes: Count,
        bytesGz: Count,
        sha256: z.string(),
      }),
    ),
    problem: z.object({ code: z.string(), detail: z.string() }).optional(),
    createdAt: Instant,
    startedAt: Instant.optional(),
    finishedAt: Instant.optional(),
  })
  .openapi('FeedPublication')

export const LeftOut = z
  .object({
    shopProductId: z.string(),
    externalId: z.string(),
    field: z.string(),
    code: z.string(),
    message: z.string(),
    value: z.string().optional(),
  })
  .openapi('FeedLeftOut')

/** @param origin where this API is reached, which the feed's own addresses begin with */
export const showFeed = (row: FeedRow, origin: string): z.infer<typeof Feed> => ({
  id: row.id,
  workflowId: feedWorkflowId(row.id),
  shopId: row.shopId,
  kind: row.kind,
  name: row.name,
  filters: showFilters(row.filters),
  settings: showSettings(row),
  schedule: row.everyMinutes === null ? null : { everyMinutes: row.everyMinutes },
  urls: EXTENSIONS[row.kind].map((extension) => `${origin}/feeds/${row.token}.${extension}`),
  isPublished: row.publishedId !== null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

export const showPublication = (
  row: FeedPublication,
  language: Language,
): z.infer<typeof Publication> => ({
  id: row.id,
  feedId: row.feedId,
  workflowId: feedWorkflowId(row.feedId),
  number: row.number,
  state: row.state,
  items: Number(row.items),
  leftOut: Number(row.leftOut),
  files: row.artefacts.map(({ extension, bytes, bytesGz, sha256 }) => ({
    extension,
    bytes,
    bytesGz,
    sha256,
  })),
  ...(row.problem && {
    problem: { code: row.problem.code, detail: describeFeedProblem(row.problem, language) },
  }),
  createdAt: row.createdAt.toISOString(),
  ...(row.startedAt && { startedAt: row.startedAt.toISOString() }),
  ...(row.finishedAt && { finishedAt: row.finishedAt.toISOString() }),
})

export function showLeftOut(row: FeedLeftOut, language: Language): z.infer<typeof LeftOut> {
  const reason = {
    field: row.field,
    code: row.code as LeftOutCode,
    ...(row.value !== null && { value: row.value }),
  }
  return {
    shopProductId: row.shopProductId,
    externalId: row.externalId,
    ...reason,
    message: describeLeftOut(reason, language),
  }
}

const showFilters = ({ priceFromMinor, priceToMinor, ...rest }: FeedFilters) => ({
  ...rest,
  ...(priceFromMinor !== undefined && { priceFrom: priceFromMinor }),
  ...(priceToMinor !== undefined && { priceTo: priceToMinor }),
})

function showSettings({ kind, settings }: FeedRow): z.infer<typeof Settings> {
  if (kind === 'yandex-market') {
    const { deliveryOptions, pickupOptions, ...rest } = settings as YandexMarketSettings
    return {
      ...rest,
      ...(deliveryOptions && { deliveryOptions: deliveryOptions.map(showOption) }),
      ...(pickupOptions && { pickupOptions: pickupOptions.map(showOption) }),
    }
  }
  const { shipping, ...rest } = settings as GoogleShoppingSettings
  const currency = rest.currency ?? 'RUB'
  return {
    ...rest,
    ...(shipping && {
      shipping: shipping.map(({ priceMinor, ...option }) => ({
        ...option,
        price: { amount: priceMinor, currency },
      })),
    }),
  }
}

const showOption = ({
  costMinor,
  ...option
}: NonNullable<YandexMarketSettings['deliveryOptions']>[number]) => ({
  cost: { amount: costMinor, currency: 'RUB' as const },
  ...option,
})
