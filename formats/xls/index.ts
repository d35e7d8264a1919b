import { spawn, type ChildProcess } from 'node:child_process'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Encoding } from '../../domain/integrations/encoding.ts'
import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import { MalformedFile } from '../format.ts'
import { spool, TooLong, type Spooled } from '../spool.ts'
import type { ReadTable } from '../table/table.ts'
import { openZip } from '../zip/open-zip.ts'
import type { ConverterLine } from './convert.ts'

/** The old formats are read as a whole, so their size is bounded. */
export const XLS_LIMITS = {
  /** 65,536 rows of 20 columns take some 20 MB as BIFF8. */
  bytes: 48 * 1024 ** 2,
  /** HTML and SpreadsheetML take ten times the memory and the time. */
  textBytes: 12 * 1024 ** 2,
  /** Of a packed `.xlsb`. */
  unpackedBytes: 96 * 1024 ** 2,
  /** What the converter may use of JavaScript's memory. */
  heapMb: 192,
  /** Of the converter, from its start to the first record; the reader's own pace is not counted. */
  timeoutMs: 30_000,
} as const

/**
 * Reads the workbooks that are not `.xlsx`: BIFF8 and older, `.xlsb`, SpreadsheetML 2003, HTML tables by the name of `.xls`.
 * They are converted in a process of its own, which may die of a file without harm to this one.
 */
export const readXls: ReadTable = async function* (bytes, { encoding }) {
  const file = await spooled(bytes)
  try {
    await refuseUnsafe(file)
    for await (const line of converted(file, encoding)) {
      if ('problem' in line) throw new MalformedFile(line.problem)
      yield { ...line, bytesRead: file.size, encoding }
    }
  } finally {
    await file.remove()
  }
}

async function spooled(bytes: AsyncIterable<Uint8Array>): Promise<Spooled> {
  try {
    return await spool(bytes, XLS_LIMITS.bytes)
  } catch (error) {
    if (error instanceof TooLong) throw tooHeavy()
    throw error
  }
}

/** A packed workbook is unpacked once for its true size, since the converter would trust what it declares. */
async function refuseUnsafe({ path, size }: Spooled): Promise<void> {
  const mark = await readMark(path)
  if (mark !== LOCAL_HEADER) {
    if (mark !== OLE && size > XLS_LIMITS.textBytes) throw tooHeavy()
    return
  }
  const zip = await openZip(path, 'XLSB', XLS_LIMITS.unpackedBytes)
  try {
    for (const part of zip.parts.keys()) {
      const bytes = zip.read(part)
      while (!(await bytes.next()).done);
    }
  } finally {
    zip.close()
  }
}

async function readMark(path: string): Promise<number> {
  const file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0).finally(() => file.close())
  return buffer.readUInt32LE(0)
}

const OLE = 0xe011cfd0
const LOCAL_HEADER = 0x04034b50

async function* converted({ path }: Spooled, encoding: Encoding): AsyncGenerator<ConverterLine> {
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${XLS_LIMITS.heapMb}`, CONVERTER, path, encoding],
    { stdio: ['ignore', 'pipe', 'ignore'], env: {} },
  )
  const ended = endOf(child)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
  }, XLS_LIMITS.timeoutMs)
  try {
    let isWhole = false
    for await (const text of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      clearTimeout(timer)
      if (text === END) isWhole = true
      else yield JSON.parse(text) as ConverterLine
    }
    await ended
    if (isLate || !isWhole) throw tooHeavy()
  } finally {
    clearTimeout(timer)
    child.kill('SIGKILL')
    await ended
  }
}

const CONVERTER = new URL('./convert.ts', import.meta.url).pathname
/** The converter's last line: without it, it died. */
const END = 'end'

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('close', () => resolve())
    child.once('error', reject)
  })
}

function tooHeavy(): MalformedFile {
  const problem: FileProblem = { code: 'too-heavy', params: { format: 'XLS' } }
  return new MalformedFile(problem)
}
