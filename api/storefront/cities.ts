import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { PageCache } from '../../clients/cache/page-cache.ts'
import type { Database } from '../../db/database.ts'
import { listCities } from '../../db/storefront/cities.ts'
import { createRouter, json, pageOf, problems } from '../openapi.ts'
import { answerPage } from './answer-page.ts'
import { loadedAs, NOT_MODIFIED } from './cached.ts'

const City = z
  .object({
    id: z.string().openapi({ example: 'msk' }),
    name: z.string().openapi({ example: 'Москва' }),
    nameEn: z.string().openapi({ example: 'Moscow' }),
    timeZone: z.string().openapi({ example: 'Europe/Moscow' }),
  })
  .openapi('City')

const Cities = pageOf(City)

type Deps = { storefront: Kysely<Database>; cache: PageCache }

export const cities = ({ storefront, cache }: Deps) =>
  createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/cities',
      tags: ['Storefront'],
      summary: 'The cities that can be chosen',
      request: { query: z.strictObject({}) },
      responses: {
        200: json(Cities, 'All of them, on one page'),
        ...NOT_MODIFIED,
        ...problems(400),
      },
    }),
    async (c) => {
      const page = await cache.read({ kind: 'cities', scope: 'all', page: '' }, async () => {
        const items = await listCities(storefront)
        return loadedAs('cities', JSON.stringify({ items, nextCursor: null }))
      })
      return answerPage<z.infer<typeof Cities>>(c, page, 'public, max-age=60')
    },
  )
