import { z } from '@hono/zod-openapi'
import { SEARCH_SORTS, type SearchQuestion } from '../../domain/storefront/search-query.ts'
import { PageQuery } from '../openapi.ts'
import { Category, City } from './scope.ts'

const ATTRIBUTE_PREFIX = 'attr.'
const MOST_VALUES = 100
const MOST_ATTRIBUTES = 20
const MOST_CHOSEN = 200
const MOST_MINOR = 1_000_000_000_000

/** A parameter that may be repeated: Hono gives a text for one value and a list for more. */
const oneOrMore = (value: z.ZodString) =>
  z
    .union([value, z.array(value).max(MOST_VALUES)])
    .transform((given) => [...new Set([given].flat())])

/** Digits and nothing else: an empty field is not a price of zero. */
const priceMinor = z
  .string()
  .regex(/^\d{1,13}$/, { abort: true })
  .transform(Number)
  .pipe(z.int().max(MOST_MINOR))
  .openapi({ type: 'integer', minimum: 0, maximum: MOST_MINOR, description: 'Minor units' })

export const SearchParameters = z
  .object({
    q: z.string().max(500).optional().openapi({ example: 'беспроводные наушники' }),
    city: City.optional(),
    category: Category.optional(),
    brand: oneOrMore(z.string().min(1).max(256))
      .optional()
      .openapi({ type: 'array', items: { type: 'string' }, description: 'Repeat it for more' }),
    priceFrom: priceMinor.optional(),
    priceTo: priceMinor.optional(),
    inStock: z
      .enum(['true', 'false'])
      .optional()
      .openapi({ description: 'Only what has units: in the city, when one is given' }),
    deliverable: z
      .enum(['true', 'false'])
      .optional()
      .openapi({ description: 'Only from sellers that deliver to the city, which it needs' }),
    sort: z
      .enum(SEARCH_SORTS)
      .optional()
      .openapi({ description: 'By relevance when there is a `q`, else by popularity' }),
    ...PageQuery.shape,
    cursor: z.string().max(4_096).optional(),
  })
  .catchall(oneOrMore(z.string().min(1).max(512)))
  .superRefine((query, context) => {
    const others = Object.keys(query).filter((name) => !Object.hasOwn(SearchParameters.shape, name))
    const unknown = others.filter((name) => !isAttribute(name))
    if (unknown.length > 0)
      context.addIssue({ code: 'unrecognized_keys', keys: unknown, input: query })
    if (others.length > MOST_ATTRIBUTES)
      context.addIssue({
        code: 'too_big',
        origin: 'array',
        maximum: MOST_ATTRIBUTES,
        path: [others[MOST_ATTRIBUTES]!],
        input: query,
      })
    const chosen = [...(query.brand ?? []), ...others.flatMap((name) => query[name] as string[])]
    if (others.length <= MOST_ATTRIBUTES && chosen.length > MOST_CHOSEN)
      context.addIssue({
        code: 'too_big',
        origin: 'array',
        maximum: MOST_CHOSEN,
        path: [others.at(-1)!],
        input: query,
      })
    if (query.deliverable === 'true' && query.city === undefined)
      context.addIssue({ code: 'custom', message: 'deliverable', path: ['city'], input: query })
    const { priceFrom, priceTo } = query
    if (priceFrom !== undefined && priceTo !== undefined && priceFrom > priceTo)
      context.addIssue({
        code: 'too_big',
        origin: 'number',
        maximum: priceTo,
        inclusive: true,
        path: ['priceFrom'],
        input: priceFrom,
      })
  })

export type SearchParameters = z.infer<typeof SearchParameters>

const isAttribute = (name: string) =>
  name.startsWith(ATTRIBUTE_PREFIX) && name.length > ATTRIBUTE_PREFIX.length && name.length < 300

/** The question without its page. */
export function readQuestion(query: SearchParameters): Omit<SearchQuestion, 'limit' | 'after'> {
  const q = query.q?.trim()
  const attributes = Object.entries(query)
    .filter((entry): entry is [string, string[]] => isAttribute(entry[0]))
    .map(([name, values]) => [name.slice(ATTRIBUTE_PREFIX.length), values] as const)
  return {
    q: q || undefined,
    city: query.city,
    inStock: query.inStock === 'true',
    deliverable: query.deliverable === 'true',
    category: query.category,
    brands: query.brand ?? [],
    priceFrom: query.priceFrom,
    priceTo: query.priceTo,
    attributes: new Map(attributes),
    sort: query.sort ?? (q ? 'relevance' : 'popular'),
  }
}
