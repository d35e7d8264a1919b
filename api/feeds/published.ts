import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Kysely } from 'kysely'
import { Readable } from 'node:stream'
import { ObjectNotFound, type ObjectStore } from '../../clients/object-store.ts'
import type { Database } from '../../db/database.ts'
import { findPublishedFeed } from '../../db/integrations/feed-queries.ts'
import { acceptedEncoding } from '../../domain/storefront/accept-encoding.ts'
import { createRouter, problems } from '../openapi.ts'
import { notFound } from '../problem.ts'
import { unavailable } from '../problem-of.ts'

export type PublishedFeedsDeps = {
  /** Connected as the role `storefront`. */
  storefront: Kysely<Database>
  objectStore: Pick<ObjectStore, 'get'>
}

const FILE = /^([\w-]{32})\.(xml|tsv)(\.gz)?$/

const CONTENT_TYPES = {
  xml: 'application/xml; charset=utf-8',
  tsv: 'text/tab-separated-values; charset=utf-8',
}

const description = 'The feed, as it was published'
const content = Object.fromEntries(
  ['application/xml', 'text/tab-separated-values', 'application/gzip'].map((type) => [
    type,
    { schema: z.string() },
  ]),
)

/** What marketplaces fetch: the stored bytes, never made for the asking, and served while workers are down. */
export const publishedFeeds = (deps: PublishedFeedsDeps) =>
  createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/{file}',
      tags: ['Feeds'],
      summary: 'The published feed: `{token}.xml`, `{token}.tsv`, or either with `.gz`',
      request: { params: z.object({ file: z.string().max(64) }) },
      responses: {
        200: { description, content },
        304: { description: 'It has not changed' },
        ...problems(404, 503),
      },
    }),
    async (c) => {
      const { artefact, isArchive, publishedAt } = await find(deps, c.req.valid('param').file)
      const isGzip =
        isArchive ||
        acceptedEncoding(c.req.header('Accept-Encoding'), ['gzip', 'identity']) === 'gzip'
      const etag = `"${artefact.sha256}${isArchive ? '.gz' : isGzip ? '-gzip' : ''}"`
      const headers: Record<string, string> = {
        ETag: etag,
        'Last-Modified': publishedAt.toUTCString(),
        'Cache-Control': 'public, no-cache',
        ...(isArchive ? {} : { Vary: 'Accept-Encoding' }),
      }
      if (isKnown(c, etag, publishedAt)) return c.body(null, 304, headers)

      headers['Content-Type'] = isArchive ? 'application/gzip' : CONTENT_TYPES[artefact.extension]
      headers['Content-Length'] = String(isGzip ? artefact.bytesGz : artefact.bytes)
      if (isGzip && !isArchive) headers['Content-Encoding'] = 'gzip'
      if (c.req.method === 'HEAD') return c.body(null, 200, headers)
      const bytes = await open(deps, isGzip ? `${artefact.key}.gz` : artefact.key, c.req.raw.signal)
      return c.body(Readable.toWeb(bytes) as ReadableStream, 200, headers)
    },
  )

async function find({ storefront }: PublishedFeedsDeps, file: string) {
  const [, token, extension, gz] = FILE.exec(file) ?? []
  const feed = token === undefined ? undefined : await findPublishedFeed(storefront, token)
  const artefact = feed?.artefacts.find((one) => one.extension === extension)
  if (!feed || !artefact) throw notFound()
  return { artefact, isArchive: gz !== undefined, publishedAt: feed.finishedAt }
}

async function open({ objectStore }: PublishedFeedsDeps, key: string, signal: AbortSignal) {
  try {
    return await objectStore.get(key, { signal })
  } catch (error) {
    // Published anew twice between two of our steps: the next request finds the newest.
    if (error instanceof ObjectNotFound) throw unavailable(error)
    throw error
  }
}

/** RFC 9110, 13.2.2: the date counts only where no tag is given. Dates have no fractions of seconds. */
function isKnown(c: Context, etag: string, publishedAt: Date): boolean {
  const tags = c.req.header('If-None-Match')
  if (tags !== undefined)
    return tags.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))
  const since = Date.parse(c.req.header('If-Modified-Since') ?? '')
  return Math.floor(publishedAt.getTime() / 1_000) * 1_000 <= since
}
