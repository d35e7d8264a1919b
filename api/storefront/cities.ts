import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { listCities } from '../../db/storefront/cities.ts'
import { createRouter, json, pageOf, problems } from '../openapi.ts'

const City = z
  .object({
    id: z.string().openapi({ example: 'msk' }),
    name: z.string().openapi({ example: 'Москва' }),
    nameEn: z.string().openapi({ example: 'Moscow' }),
    timeZone: z.string().openapi({ example: 'Europe/Moscow' }),
  })
  .openapi('City')

export const cities = ({ storefront }: { storefront: Kysely<Database> }) =>
  createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/cities',
      tags: ['Storefront'],
      summary: 'The cities that can be chosen',
      request: { query: z.strictObject({}) },
      responses: { 200: json(pageOf(City), 'All of them, on one page'), ...problems(400) },
    }),
    async (c) => {
      const items = await listCities(storefront)
      c.header('Cache-Control', 'public, max-age=60')
      return c.json({ items, nextCursor: null }, 200)
    },
  )
