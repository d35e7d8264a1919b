import { z } from '@hono/zod-openapi'
import { ShopProduct } from './shapes.ts'

const FacetValue = z.object({ value: z.string(), count: z.int(), selected: z.boolean() })

export const SearchPage = z
  .object({
    items: z.array(ShopProduct),
    nextCursor: z.string().nullable(),
    total: z.int(),
    facets: z.object({
      brand: z.array(FacetValue),
      category: z
        .array(FacetValue.extend({ name: z.string(), parentId: z.string().nullable() }))
        .openapi({
          description:
            'A parent, then what is below it; a category counts what is in it and below it',
        }),
      attributes: z.array(FacetValue.extend({ name: z.string() })),
      price: z
        .object({
          min: z.int().nullable(),
          max: z.int().nullable(),
          histogram: z.array(
            z.object({ from: z.int().nullable(), to: z.int().nullable(), count: z.int() }),
          ),
        })
        .openapi({ description: 'Minor units; `to` is not part of its range' }),
      inStock: z
        .array(FacetValue)
        .openapi({ description: 'The value `true`: in the city, when one is given' }),
      deliverable: z
        .array(FacetValue)
        .openapi({ description: 'The value `true`: to the city; empty without one' }),
      more: z
        .object({ brand: z.boolean(), category: z.boolean(), attributes: z.boolean() })
        .openapi({
          description:
            'Whether there are values that are not listed: the 50 brands, 1,000 categories and 300 pairs of attribute and ' +
            'value with the most goods are, 50 values of an attribute that is chosen, and what is chosen',
        }),
    }),
    correctedQuery: z.string().optional().openapi({
      description: 'What is answered, when it is not what was typed: that would find too little',
      example: 'наушники',
    }),
    lagMs: z
      .int()
      .openapi({ description: 'How long the oldest change has been waiting to become searchable' }),
  })
  .openapi('SearchPage')
