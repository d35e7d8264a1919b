import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { Readable } from 'node:stream'
import { ObjectNotFound, type ObjectStore } from '../clients/object-store.ts'
import type { Database } from '../db/database.ts'
import { findStoredPicture } from '../db/integrations/pictures.ts'
import { createRouter, problems } from './openapi.ts'
import { notFound } from './problem.ts'

export type PicturesDeps = {
  storefront: Kysely<Database>
  objectStore: Pick<ObjectStore, 'get'>
}

/** A picture is called by its digest: what has this name never changes, so that whoever has it need not ask again. */
export const pictures = ({ storefront, objectStore }: PicturesDeps) =>
  createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/{id}',
      tags: ['Storefront'],
      summary: 'A picture of a product',
      request: { params: z.object({ id: z.string().max(64) }) },
      responses: {
        200: {
          description: 'The picture',
          content: { 'image/*': { schema: { type: 'string', format: 'binary' } } },
        },
        304: { description: 'The caller has it' },
        ...problems(404, 503),
      },
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const picture = /^[0-9a-f]{64}$/.test(id)
        ? await findStoredPicture(storefront, id)
        : undefined
      if (!picture?.contentType) throw notFound()
      const etag = `"${id}"`
      c.header('ETag', etag)
      c.header('Cache-Control', 'public, max-age=31536000, immutable')
      // Opened by itself, not even a browser that sniffs would run anything.
      c.header('Content-Security-Policy', `default-src 'none'; sandbox`)
      c.header('Cross-Origin-Resource-Policy', 'cross-origin')
      if (isKnown(c.req.header('If-None-Match'), etag)) return c.body(null, 304)
      const bytes = await objectStore.get(`pictures/${id}`).catch((error: unknown) => {
        throw error instanceof ObjectNotFound ? notFound() : error
      })
      c.header('Content-Type', picture.contentType)
      c.header('Content-Length', String(picture.bytes))
      return c.body(Readable.toWeb(bytes) as ReadableStream)
    },
  )

/** RFC 9110, 13.1.2: weakly compared. */
const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')))
