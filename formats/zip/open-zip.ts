import type { Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import type { FileProblemParams, ZipFlaw } from '../../domain/integrations/file-problem.ts'
import { MalformedFile } from '../format.ts'
import { hasSoundZip64End } from './zip64.ts'

/** What an office package may be; beyond it the file is refused before anything is inflated. */
export const ZIP_LIMITS = {
  /** A workbook of a hundred sheets with pictures has some hundreds of parts. */
  entries: 1_000,
  /** 500,000 rows of 20 columns with long inline texts stay below one gigabyte. */
  totalBytes: 2 * 1024 ** 3,
  /** Sheets written by Excel shrink 5 to 30 times, empty styled cells up to 60; deflate itself can do 1,032. */
  ratio: 200,
  /** Smaller parts may be of any ratio: they cost nothing. */
  ratioFromBytes: 8 * 1024 ** 2,
} as const

export type ZipPart = { name: string; size: number; compressedSize: number }

export type Zip = {
  parts: ReadonlyMap<string, ZipPart>
  /** @throws {MalformedFile} where the part is damaged, encrypted, or longer or shorter than declared */
  read(name: string): AsyncGenerator<Uint8Array>
  close(): void
}

/**
 * Opens a zip file on disk by its central directory. Everything is checked before a byte is inflated: how many parts, what
 * they are called, whether they overlap, what they would unpack to.
 * @throws {MalformedFile} `unsafe-zip`, `encrypted-file` or `damaged-file`
 */
export async function openZip(
  path: string,
  format: string,
  mostBytes: number = ZIP_LIMITS.totalBytes,
): Promise<Zip> {
  if (!(await hasSoundZip64End(path))) throw damaged(format)
  const file = await translating(format, () =>
    yauzl.openPromise(path, { autoClose: false, strictFileNames: true }),
  )
  try {
    if (file.entryCount > ZIP_LIMITS.entries) throw unsafe('entries', { most: ZIP_LIMITS.entries })
    const entries = await translating(format, () => listEntries(file))
    refuseUnsafe(entries, file.fileSize, format, mostBytes)
    const byName = new Map(entries.map((entry) => [entry.fileName, entry]))
    return {
      parts: new Map(entries.map((entry) => [entry.fileName, partOf(entry)])),
      read: (name) => readPart(file, byName.get(name), name, format),
      close: () => file.close(),
    }
  } catch (error) {
    file.close()
    throw error
  }
}

async function listEntries(file: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const entry of file.eachEntry()) entries.push(entry)
  return entries
}

function partOf(entry: Entry): ZipPart {
  return {
    name: entry.fileName,
    size: entry.uncompressedSize,
    compressedSize: entry.compressedSize,
  }
}

function refuseUnsafe(entries: Entry[], fileSize: number, format: string, mostBytes: number): void {
  const names = new Set<string>()
  let total = 0
  for (const entry of entries) {
    const { fileName: text, compressedSize, uncompressedSize: size } = entry
    if (entry.isEncrypted()) throw new MalformedFile({ code: 'encrypted-file' })
    if (names.has(text.toLowerCase())) throw unsafe('duplicate', { text })
    names.add(text.toLowerCase())
    if (NESTED.test(text)) throw unsafe('nested', { text })
    total += size
    if (total > mostBytes) throw unsafe('size', { most: mostBytes })
    if (size > ZIP_LIMITS.ratioFromBytes && size > compressedSize * ZIP_LIMITS.ratio) {
      throw unsafe('ratio', { most: ZIP_LIMITS.ratio, text })
    }
  }
  refuseOverlap(entries, fileSize, format)
}

/** Office documents that are embedded in a workbook are not meant: they are never opened. */
const NESTED = /\.(zip|rar|7z|gz|tgz|bz2|xz|tar)$/i

/** The least that a part takes: its local header may be longer than the central directory says, never shorter. */
function refuseOverlap(entries: Entry[], fileSize: number, format: string): void {
  const inOrder = entries.toSorted(
    (one, other) => one.relativeOffsetOfLocalHeader - other.relativeOffsetOfLocalHeader,
  )
  let end = 0
  for (const entry of inOrder) {
    const start = entry.relativeOffsetOfLocalHeader
    if (start < end) throw unsafe('overlap', { text: entry.fileName })
    end = start + LOCAL_HEADER_BYTES + entry.fileNameRaw.length + entry.compressedSize
  }
  if (end > fileSize) throw damaged(format)
}

const LOCAL_HEADER_BYTES = 30

async function* readPart(
  file: ZipFile,
  entry: Entry | undefined,
  part: string,
  format: string,
): AsyncGenerator<Uint8Array> {
  if (entry === undefined) throw damaged(format, part)
  const { compressionMethod, uncompressedSize } = entry
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) throw damaged(format, part)
  const stored = await translating(
    format,
    () => file.openReadStreamPromise(entry, { decodeFileData: false }),
    part,
  )
  const stream = compressionMethod === STORED ? stored : inflated(stored)
  let [sum, size] = [0, 0]
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum)
      size += chunk.length
      if (size > uncompressedSize) throw damaged(format, part)
      yield chunk
    }
  } catch (error) {
    // The consumer's own errors do not come here: they end the generator.
    throw translated(error, format, part)
  } finally {
    stored.destroy()
    stream.destroy()
  }
  if (sum !== entry.crc32 || size !== uncompressedSize) throw damaged(format, part)
}

const STORED = 0
const DEFLATED = 8
/** Four times what yauzl inflates at once: each piece passes half a dozen generators. */
const INFLATED_BYTES = 65_536

function inflated(stored: Readable): Readable {
  const inflate = createInflateRaw({ chunkSize: INFLATED_BYTES })
  stored.once('error', (error) => inflate.destroy(error))
  return stored.pipe(inflate)
}

async function translating<T>(format: string, open: () => Promise<T>, part?: string): Promise<T> {
  try {
    return await open()
  } catch (error) {
    throw translated(error, format, part)
  }
}

/** yauzl tells its reasons only by messages. */
function translated(error: unknown, format: string, part?: string): MalformedFile {
  const message = error instanceof Error ? error.message : ''
  if (/encrypt/i.test(message)) return new MalformedFile({ code: 'encrypted-file' })
  const path = /^(?:invalid relative path|absolute path|invalid characters in fileName): (.*)$/s
  const text = path.exec(message)?.[1]
  return text === undefined ? damaged(format, part) : unsafe('path', { text })
}

function unsafe(flaw: ZipFlaw, params: FileProblemParams): MalformedFile {
  return new MalformedFile({ code: 'unsafe-zip', params: { flaw, ...params } })
}

function damaged(format: string, part?: string): MalformedFile {
  return new MalformedFile({
    code: 'damaged-file',
    params: { format, ...(part !== undefined && { part }) },
  })
}
