import { cancellationSignal } from '@temporalio/activity'
import type { Kysely } from 'kysely'
import { createHash } from 'node:crypto'
import type { ObjectStore } from '../../clients/object-store.ts'
import type { Gate } from '../../clients/outbound/gate.ts'
import type { Outbound } from '../../clients/outbound/outbound.ts'
import { OutboundRefusal } from '../../clients/outbound/refusal.ts'
import type { Database } from '../../db/database.ts'
import {
  findEarliestStart,
  listDuePictures,
  markPictureFailed,
  markPictureStored,
  noteShopPictures,
  secondsToNextPicture,
  type DuePicture,
  type StoredPicture,
} from '../../db/integrations/pictures.ts'
import { readPictureHeader } from '../../domain/integrations/picture-header.ts'
import { retryDelaySeconds } from '../../domain/integrations/picture-retry.ts'
import { heartbeating } from '../heartbeating.ts'

export type PicturesDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
  objectStore: Pick<ObjectStore, 'put'>
  outbound: Pick<Outbound, 'fetchOutside'>
  /** Shared by all shops that this process serves. */
  gate: Gate
}
export type PicturesActivities = ReturnType<typeof createPicturesActivities>

type Shop = { shopId: string }

const PRODUCTS_AT_A_TIME = 2_000
const PICTURES_AT_A_TIME = 100
const MAX_BYTES = 10 * 1024 ** 2
/** Unpacked in a browser, a picture of a few kilobytes may fill gigabytes. */
const MAX_PIXELS = 100_000_000
const TOTAL_MS = 20_000

export const createPicturesActivities = ({ system, objectStore, outbound, gate }: PicturesDeps) => {
  async function fetchPicture(picture: DuePicture, signal: AbortSignal): Promise<void> {
    try {
      const { bytes, etag } = await download(picture.url, signal)
      const header = readPictureHeader(bytes)
      if (!header) return await fail(picture, 'not-a-picture', null)
      if (header.width * header.height > MAX_PIXELS)
        return await fail(picture, 'too-many-pixels', null)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      await objectStore.put(`pictures/${sha256}`, chunksOf(bytes), { signal })
      const stored: StoredPicture = { sha256, bytes: bytes.length, etag, ...header }
      await markPictureStored(system, picture, stored)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof OutboundRefusal)) throw error
      const { status, retryAfterSeconds, redirectsTo } = error.details
      const delay = retryDelaySeconds(picture.attempts + 1, retryAfterSeconds)
      const reason = status === undefined ? error.code : `http-${status}`
      const where = redirectsTo === undefined ? '' : ` to ${redirectsTo}`
      await fail(picture, reason + where, error.isTransient ? delay : null)
    }
  }

  async function download(url: string, signal: AbortSignal) {
    const answer = await outbound.fetchOutside(url, {
      headers: { accept: 'image/avif;q=0, image/webp, image/jpeg, image/png, image/gif' },
      maxBytes: MAX_BYTES,
      totalMs: TOTAL_MS,
      signal,
    })
    const chunks: Uint8Array[] = []
    for await (const chunk of answer.bytes) chunks.push(chunk)
    return { bytes: Buffer.concat(chunks), etag: answer.headers.etag?.slice(0, 500) ?? null }
  }

  const fail = async (picture: DuePicture, reason: string, retrySeconds: number | null) => {
    await markPictureFailed(system, picture, { reason, retrySeconds })
  }

  return {
    /** Notes the pictures of the products that these imports of the shop wrote; as often as one likes. */
    notePictures: ({ shopId, importIds }: Shop & { importIds: string[] }): Promise<void> =>
      heartbeating(async () => {
        const since = await findEarliestStart(system, importIds)
        if (!since) return
        let after: string | null = ''
        while (after !== null) {
          cancellationSignal().throwIfAborted()
          const page = { shopId, since, after, limit: PRODUCTS_AT_A_TIME }
          after = await noteShopPictures(system, page)
        }
      }),

    /**
     * Tries the pictures whose time has come, some at a time; each one's outcome is kept at once, so that a second attempt
     * tries what is left.
     */
    fetchDuePictures: ({
      shopId,
    }: Shop): Promise<{ tried: number; nextTryInSeconds: number | null }> =>
      heartbeating(async () => {
        const signal = cancellationSignal()
        const due = await listDuePictures(system, shopId, PICTURES_AT_A_TIME)
        const outcomes = await Promise.allSettled(
          due.map((picture) => gate(hostOf(picture.url), () => fetchPicture(picture, signal))),
        )
        const failure = outcomes.find((outcome) => outcome.status === 'rejected')
        if (failure) throw failure.reason
        return { tried: due.length, nextTryInSeconds: await secondsToNextPicture(system, shopId) }
      }),
  }
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : '')

async function* chunksOf(bytes: Uint8Array) {
  yield bytes
}
