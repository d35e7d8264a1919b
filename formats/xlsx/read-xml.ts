import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import { decode } from '../decode.ts'
import { MalformedFile } from '../format.ts'
import type { Zip } from '../zip/open-zip.ts'
import { XmlScanner, type XmlEvents } from './xml-scanner.ts'

/** Scans one part of a package; yields after each piece with how many of its bytes have been taken. */
export async function* readXml(
  zip: Zip,
  part: string,
  events: XmlEvents,
  place: () => Partial<FileProblem> = () => ({ params: { part } }),
): AsyncGenerator<number> {
  const scanner = new XmlScanner(events, place)
  const bytes = zip.read(part)
  try {
    for await (const { text, bytesRead, encoding } of decode(bytes, 'utf-8')) {
      if (encoding !== 'utf-8') throw notUtf8(part)
      scanner.write(text)
      yield bytesRead
    }
    scanner.end()
  } finally {
    await bytes.return(undefined)
  }
}

/** The parts that describe a workbook, which are small. */
export async function readWhole(zip: Zip, part: string, events: XmlEvents): Promise<void> {
  const size = zip.parts.get(part)?.size ?? 0
  if (size > MOST_BYTES) {
    throw new MalformedFile({
      code: 'limit-exceeded',
      params: { limit: 'part', most: MOST_BYTES, part },
    })
  }
  const pieces = readXml(zip, part, events)
  while (!(await pieces.next()).done);
}

/** Styles are the largest: some megabytes where every cell was formatted by hand. */
const MOST_BYTES = 32 * 1024 ** 2

function notUtf8(part: string): MalformedFile {
  return new MalformedFile({
    code: 'unsupported-encoding',
    params: { encoding: 'not UTF-8', part },
  })
}
