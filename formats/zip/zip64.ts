import { open, type FileHandle } from 'node:fs/promises'

/**
 * Whether the 64-bit offsets at the end of a zip lie within the file. yauzl takes them as they are, and one beyond what a
 * file position can be is thrown where nobody can catch it.
 */
export async function hasSoundZip64End(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const tail = await readAt(file, Math.max(0, size - MOST_TAIL), Math.min(size, MOST_TAIL))
    const end = tail.lastIndexOf(END_MARK, tail.length - END_BYTES)
    const locator = end - LOCATOR_BYTES
    if (locator < 0 || !tail.subarray(locator, locator + 4).equals(LOCATOR_MARK)) return true
    const recordAt = tail.readBigUInt64LE(locator + 8)
    if (recordAt > BigInt(size) - BigInt(RECORD_BYTES)) return false
    const record = await readAt(file, Number(recordAt), RECORD_BYTES)
    return record.readBigUInt64LE(48) <= BigInt(size)
  } finally {
    await file.close()
  }
}

function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  return file.read(Buffer.alloc(length), 0, length, position).then(({ buffer }) => buffer)
}

const END_MARK = Buffer.from('504b0506', 'hex')
const LOCATOR_MARK = Buffer.from('504b0607', 'hex')
const END_BYTES = 22
const LOCATOR_BYTES = 20
const RECORD_BYTES = 56
const MOST_TAIL = END_BYTES + LOCATOR_BYTES + 0xffff
