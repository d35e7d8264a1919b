import { crc32, createDeflateRaw } from 'node:zlib'

export type ZipSource = { name: string; content: AsyncIterable<string> }

/**
 * Writes a zip as its parts come, each deflated with its sizes in a descriptor behind it, so that nothing is held. Parts and
 * the whole stay below four gigabytes: beyond would be zip64, which not every program that reads workbooks knows.
 * @throws {RangeError} beyond
 */
export async function* writeZip(parts: AsyncIterable<ZipSource>): AsyncGenerator<Uint8Array> {
  const written: Written[] = []
  let offset = 0
  for await (const { name, content } of parts) {
    const part: Written = { name: Buffer.from(name), offset, crc: 0, size: 0, compressedSize: 0 }
    const header = localHeader(part.name)
    yield header
    for await (const bytes of deflated(content, part)) yield bytes
    yield descriptor(part)
    written.push(part)
    offset += header.length + part.compressedSize + DESCRIPTOR_BYTES
    if (offset > MOST_BYTES || part.size > MOST_BYTES) {
      throw new RangeError('The package is larger than a zip can be')
    }
  }
  const directory = Buffer.concat(written.map(directoryEntry))
  yield directory
  yield endOfDirectory(written.length, directory.length, offset)
}

type Written = { name: Buffer; offset: number; crc: number; size: number; compressedSize: number }

async function* deflated(
  content: AsyncIterable<string>,
  part: Written,
): AsyncGenerator<Uint8Array> {
  const deflate = createDeflateRaw({ level: LEVEL, chunkSize: 65_536 })
  const feed = async () => {
    for await (const text of content) {
      const bytes = Buffer.from(text)
      part.crc = crc32(bytes, part.crc)
      part.size += bytes.length
      await new Promise<void>((resolve, reject) =>
        deflate.write(bytes, (error) => (error ? reject(error) : resolve())),
      )
    }
    deflate.end()
  }
  const feeding = feed().catch((error: unknown) => {
    deflate.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  try {
    for await (const bytes of deflate as AsyncIterable<Buffer>) {
      part.compressedSize += bytes.length
      yield bytes
    }
  } finally {
    deflate.destroy()
  }
  await feeding
}

/** Markup shrinks well at once; a higher level costs twice the time for a tenth of the size. */
const LEVEL = 3
const MOST_BYTES = 0xffff_fffe
const DESCRIPTOR_BYTES = 16
const VERSION = 20
/** Sizes follow in a descriptor; the name is UTF-8. */
const FLAGS = 0x0808
const DEFLATE = 8
/** 1 January 1980: the same rows make the same bytes. */
const DOS_DATE = 0x21

function localHeader(name: Buffer): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(VERSION, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt16LE(DEFLATE, 8)
  header.writeUInt16LE(DOS_DATE, 12)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, name])
}

function descriptor({ crc, size, compressedSize }: Written): Buffer {
  const bytes = Buffer.alloc(DESCRIPTOR_BYTES)
  bytes.writeUInt32LE(0x08074b50, 0)
  bytes.writeUInt32LE(crc, 4)
  bytes.writeUInt32LE(compressedSize, 8)
  bytes.writeUInt32LE(size, 12)
  return bytes
}

function directoryEntry({ name, offset, crc, size, compressedSize }: Written): Buffer {
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(VERSION, 4)
  entry.writeUInt16LE(VERSION, 6)
  entry.writeUInt16LE(FLAGS, 8)
  entry.writeUInt16LE(DEFLATE, 10)
  entry.writeUInt16LE(DOS_DATE, 14)
  entry.writeUInt32LE(crc, 16)
  entry.writeUInt32LE(compressedSize, 20)
  entry.writeUInt32LE(size, 24)
  entry.writeUInt16LE(name.length, 28)
  entry.writeUInt32LE(offset, 42)
  return Buffer.concat([entry, name])
}

function endOfDirectory(count: number, length: number, offset: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(length, 12)
  end.writeUInt32LE(offset, 16)
  return end
}
