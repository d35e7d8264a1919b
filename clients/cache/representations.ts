import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** Best first. */
export const ENCODINGS = ['br', 'gzip', 'identity'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** A body in every encoding that is served, and the name of its content. */
export type Representations = { etag: string } & Record<Encoding, Uint8Array>

const toGzip = promisify(gzip)
const toBrotli = promisify(brotliCompress)

/** Brotli at 5 takes no longer than gzip and is smaller; above it the time grows much faster than the gain. */
const BROTLI_QUALITY = 5

/** Everything that is costly about an answer, done once. */
export async function represent(body: string): Promise<Representations> {
  const identity = Buffer.from(body)
  const [gzip, br] = await Promise.all([
    toGzip(identity),
    toBrotli(identity, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: identity.length,
      },
    }),
  ])
  return { etag: etagOf(identity), identity, gzip, br }
}

/** The name of a content: the same bytes have the same. */
export const etagOf = (identity: Uint8Array): string =>
  createHash('sha256').update(identity).digest('base64url').slice(0, 22)
