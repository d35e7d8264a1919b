import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/** What a dictionary may be: bounded so that its offsets fit into little memory. */
export const STRING_LIMITS = {
  count: 8_000_000,
  /** On disk; a workbook of two gigabytes of XML cannot have more that is not markup. */
  bytes: 1_500_000_000,
} as const

export type StringDictionary = {
  /** False when a limit is passed. */
  add(text: string): boolean
  get(index: number): string | undefined
  close(): void
}

/**
 * The texts of a workbook by their number, in bounded memory: UTF-8 bytes in blocks, the first sixteen megabytes in
 * memory, the rest in a file at `path`. Reads from the file are synchronous, since a cell cannot wait: they come from the
 * system's page cache, a block at a time, and sheets name texts in about the order in which they were added.
 */
export function createStringDictionary(path: string): StringDictionary {
  const blocks: Buffer[] = []
  let filling = Buffer.allocUnsafe(BLOCK_BYTES)
  let filled = 0
  let fd: number | undefined
  let count = 0
  /** Where each text ends; a text never spans two blocks unless it is longer than one. */
  let starts = new Float64Array(1_024)
  let lengths = new Uint32Array(1_024)
  let fileBytes = 0
  const recent = createRecentTexts()
  const held: { at: number; bytes: Buffer }[] = []

  function flush(): void {
    if (filled === 0) return
    if (blocks.length < BLOCKS_IN_MEMORY) {
      blocks.push(filling)
      filling = Buffer.allocUnsafe(BLOCK_BYTES)
    } else {
      spill(filling.subarray(0, BLOCK_BYTES))
    }
    filled = 0
  }

  function spill(bytes: Buffer): number {
    fd ??= openSync(path, 'wx+', 0o600)
    const at = fileBytes
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
    fileBytes += bytes.length
    return at
  }

  function add(text: string): boolean {
    const length = Buffer.byteLength(text)
    const address = blocks.length * BLOCK_BYTES + fileBytes
    if (count >= STRING_LIMITS.count || address + length > STRING_LIMITS.bytes) return false
    if (count === starts.length) {
      starts = grown(starts, new Float64Array(count * 2))
      lengths = grown(lengths, new Uint32Array(count * 2))
    }
    if (length > BLOCK_BYTES) {
      // Excel has no text this long: kept apart, by a negative address.
      flush()
      starts[count] = -1 - spill(Buffer.from(text))
    } else {
      if (filled + length > BLOCK_BYTES) flush()
      starts[count] = blocks.length < BLOCKS_IN_MEMORY ? addressIn(blocks.length) : addressInFile()
      filling.write(text, filled)
      filled += length
    }
    lengths[count] = length
    count += 1
    return true
  }
  const addressIn = (block: number) => block * BLOCK_BYTES + filled
  const addressInFile = () => IN_FILE + fileBytes + filled

  function get(index: number): string | undefined {
    if (!(index >= 0 && index < count)) return undefined
    const known = recent.get(index)
    if (known !== undefined) return known
    const text = read(starts[index]!, lengths[index]!)
    recent.set(index, text)
    return text
  }

  function read(start: number, length: number): string {
    if (start < 0) return readFile(-1 - start, length).toString('utf8')
    if (start >= IN_FILE) {
      const offset = start - IN_FILE
      if (offset >= fileBytes)
        return filling.toString('utf8', offset - fileBytes, offset - fileBytes + length)
      const { at, bytes } = blockAround(offset)
      if (offset + length <= at + bytes.length) {
        return bytes.toString('utf8', offset - at, offset - at + length)
      }
      return readFile(offset, length).toString('utf8')
    }
    const block = Math.floor(start / BLOCK_BYTES)
    const from = start - block * BLOCK_BYTES
    return (blocks[block] ?? filling).toString('utf8', from, from + length)
  }

  /** The newest few blocks of the file are kept, the one used last first. */
  function blockAround(offset: number): { at: number; bytes: Buffer } {
    const at = offset - (offset % BLOCK_BYTES)
    const known = held.findIndex((block) => block.at === at)
    if (known === 0) return held[0]!
    const block =
      known > 0
        ? held.splice(known, 1)[0]!
        : { at, bytes: readFile(at, Math.min(BLOCK_BYTES, fileBytes - at)) }
    held.unshift(block)
    if (held.length > BLOCKS_HELD) held.pop()
    return block
  }

  function readFile(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    let done = 0
    while (done < length) {
      const read = readSync(fd!, bytes, done, length - done, at + done)
      if (read === 0) throw new Error('The file of texts is shorter than what was written')
      done += read
    }
    return bytes
  }

  return {
    add,
    get,
    close() {
      if (fd !== undefined) closeSync(fd)
    },
  }
}

const BLOCK_BYTES = 65_536
const BLOCKS_IN_MEMORY = 256
const BLOCKS_HELD = 64
const IN_FILE = 2 ** 40

function grown<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from as never)
  return to
}

/** The short texts seen last: brands, colours and units come again and again. */
function createRecentTexts() {
  const indexes = new Int32Array(RECENT).fill(-1)
  const texts: string[] = new Array<string>(RECENT).fill('')
  return {
    get: (index: number) => (indexes[index % RECENT] === index ? texts[index % RECENT] : undefined),
    set(index: number, text: string) {
      if (text.length > 128) return
      indexes[index % RECENT] = index
      texts[index % RECENT] = text
    },
  }
}

const RECENT = 8_192
