import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createGzip, type ZlibOptions } from 'node:zlib'
import type { ObjectStore } from '../../clients/object-store.ts'

export type StoredArtefact = { bytes: number; bytesGz: number; sha256: string }

/** Compressing runs on a thread of its own and may fall so far behind what is written. */
const AHEAD_BYTES = 1024 ** 2
const OUTPUT_BYTES = 64 * 1024
/** Two files are under way at once, in a worker whose memory is bounded. */
const PARTS = { bytes: 5 * 1024 ** 2, atOnce: 1 }

/**
 * Streams the text into the object store as it is, under `key`, and compressed, under `key` + `.gz`, both at once. When
 * either fails or `signal` aborts, the other is given up too and the error thrown on.
 */
export async function storeArtefact(
  objectStore: Pick<ObjectStore, 'put'>,
  key: string,
  text: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<StoredArtefact> {
  const gzip = createGzip({ chunkSize: OUTPUT_BYTES, highWaterMark: AHEAD_BYTES } as ZlibOptions)
  const failed = new AbortController()
  const stopped = AbortSignal.any([signal, failed.signal])
  const sha256 = createHash('sha256')
  let bytes = 0
  let bytesGz = 0

  async function* plain() {
    for await (const piece of text) {
      const chunk = Buffer.from(piece)
      sha256.update(chunk)
      bytes += chunk.length
      if (!gzip.write(chunk)) await once(gzip, 'drain', { signal: stopped })
      yield chunk
    }
    gzip.end()
  }
  async function* compressed() {
    for await (const chunk of gzip as AsyncIterable<Buffer>) {
      bytesGz += chunk.length
      yield chunk
    }
  }

  const upload = async (to: string, from: AsyncIterable<Uint8Array>) => {
    try {
      await objectStore.put(to, from, { signal: stopped, parts: PARTS })
    } catch (error) {
      failed.abort(error)
      gzip.destroy()
      throw error
    }
  }
  const [whole, small] = await Promise.allSettled([
    upload(key, plain()),
    upload(`${key}.gz`, compressed()),
  ])
  signal.throwIfAborted()
  if (failed.signal.aborted) throw failed.signal.reason
  if (whole.status === 'rejected') throw whole.reason
  if (small.status === 'rejected') throw small.reason
  return { bytes, bytesGz, sha256: sha256.digest('hex') }
}
