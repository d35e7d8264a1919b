import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Kysely } from 'kysely'
import type { TrackTokens } from '../../clients/track-token.ts'
import type { Database } from '../../db/database.ts'
import { findTracked } from '../../db/logistics/tracked.ts'
import { languageOf, type Language } from '../language.ts'
import { createRouter, problems, ProblemSchema } from '../openapi.ts'
import { notFound } from '../problem.ts'
import { lostPage, trackPage } from './page.ts'
import { CONTENT_SECURITY_POLICY } from './style.ts'
import { showTracked, TrackedDelivery } from './tracked-view.ts'

export type TrackDeps = {
  /** Connected as the role `storefront`. */
  storefront: Kysely<Database>
  trackTokens: Pick<TrackTokens, 'shipmentOf'>
}

const html = { 'text/html': { schema: z.string() } }

/** The buyer's page, and the same as JSON: for whoever has the link, and for nobody else to find. */
export const track = ({ storefront, trackTokens }: TrackDeps) =>
  createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/{token}',
      tags: ['Delivery'],
      summary: 'The buyer’s tracking page or, with `Accept: application/json`, its data',
      request: {
        params: z.object({
          token: z
            .string()
            .max(200)
            .openapi({ example: 'AZnwonwefEx-nQo7fy9vXRGkXJ8ZkJZ0y1m7yq0PqkQ' }),
        }),
        query: z.object({
          lang: z
            .string()
            .max(20)
            .optional()
            .openapi({ description: 'By `Accept-Language` unless given', example: 'ru' }),
        }),
      },
      responses: {
        200: {
          description: 'Where the delivery stands',
          content: { ...html, 'application/json': { schema: TrackedDelivery } },
        },
        ...problems(503),
        404: {
          description: 'The link leads nowhere',
          content: { ...html, 'application/problem+json': { schema: ProblemSchema } },
        },
      },
    }),
    async (c) => {
      const { lang } = c.req.valid('query')
      const language = lang === 'ru' || lang === 'en' ? lang : languageOf(c)
      const id = trackTokens.shipmentOf(c.req.valid('param').token)
      const shipment = id === undefined ? undefined : await findTracked(storefront, id)
      for (const [name, value] of Object.entries(headersOf(language))) c.header(name, value)
      const asJson = wantsJson(c)
      if (!shipment) {
        if (asJson) throw notFound()
        return c.html(lostPage(language), 404)
      }
      const view = showTracked(shipment, new Date(), language)
      return asJson ? c.json(view, 200) : c.html(trackPage(shipment, view, language), 200)
    },
  )

const headersOf = (language: Language): Record<string, string> => ({
  'Cache-Control': 'private, max-age=15',
  'Content-Language': language,
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Robots-Tag': 'noindex, nofollow',
  Vary: 'Accept, Accept-Language',
})

/** A browser names `text/html` before anything else; who asks for nothing in particular is a person, too. */
function wantsJson(c: Context): boolean {
  const accept = c.req.header('Accept') ?? ''
  return /application\/(problem\+)?json/i.test(accept) && !/text\/html/i.test(accept)
}
