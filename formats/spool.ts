import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

export type Spooled = {
  path: string
  size: number
  /** A folder of the file's own, for what is derived from it; removed with it. */
  folder: string
  remove(): Promise<void>
}

/** Thrown for a stream of more than the permitted bytes. */
export class TooLong extends Error {}

/** Writes a stream to a temporary file that only this user can read, for formats that are read by position. */
export async function spool(
  bytes: AsyncIterable<Uint8Array>,
  most = Number.POSITIVE_INFINITY,
): Promise<Spooled> {
  const folder = await mkdtemp(join(tmpdir(), `yarmarka-file-${process.pid}-`))
  const path = join(folder, 'file')
  const remove = () => rm(folder, { recursive: true, force: true })
  let size = 0
  async function* counted() {
    for await (const chunk of bytes) {
      size += chunk.length
      if (size > most) throw new TooLong(`more than ${most} bytes`)
      yield chunk
    }
  }
  try {
    await pipeline(counted, createWriteStream(path, { mode: 0o600, flags: 'wx' }))
  } catch (error) {
    await remove()
    throw error
  }
  return { path, size, folder, remove }
}
