import {
  declaredDelimiter,
  detectDelimiter,
  preludeLength,
} from '../../domain/integrations/table/delimiter.ts'
import { decode } from '../decode.ts'
import { MalformedFile, type Format } from '../format.ts'
import { tableFormat } from '../table/index.ts'
import type { ReadTable, TablePiece } from '../table/table.ts'
import { CsvTokeniser } from './tokeniser.ts'

/** How much of the text the delimiter is told by; always as much, however the bytes come. */
const SAMPLE_LENGTH = 65_536

/** Delimited text: by `,` `;` tab or `|`, told by its first records or by `sep=` in its first line. */
export const readCsv: ReadTable = async function* (source, { encoding }) {
  let position: Omit<TablePiece, 'records'> = { sheet: undefined, bytesRead: 0, encoding }
  let sample = ''
  let tokeniser: CsvTokeniser | undefined
  try {
    for await (const { text, bytesRead, encoding: decodedAs } of decode(source, encoding)) {
      position = { ...position, bytesRead, encoding: decodedAs }
      let piece = text
      if (!tokeniser) {
        sample += text
        if (sample.length < SAMPLE_LENGTH) continue
        const start = startOf(sample, false)
        ;({ tokeniser } = start)
        position.delimiter = start.delimiter
        piece = start.text
      }
      yield* cut(tokeniser, piece)
    }
  } catch (error) {
    if (!(error instanceof MalformedFile) || tokeniser) throw error
    yield* finish(true)
    throw error
  }
  yield* finish(false)

  function* cut(tokens: CsvTokeniser, text: string): Generator<TablePiece> {
    const records = tokens.write(text)
    if (records.length > 0) yield { ...position, records }
    if (tokens.problem) throw new MalformedFile(tokens.problem)
  }

  /** The end of the file; of one that breaks there, only what was whole before. */
  function* finish(isBroken: boolean): Generator<TablePiece> {
    if (!tokeniser) {
      const start = startOf(sample, true)
      ;({ tokeniser } = start)
      position.delimiter = start.delimiter
      yield* cut(tokeniser, start.text)
    }
    if (isBroken) return
    const records = tokeniser.end()
    if (records.length > 0) yield { ...position, records }
    if (tokeniser.problem) throw new MalformedFile(tokeniser.problem)
  }
}

/** Goods of a delimited text, by the rules of its preset. */
export const csv: Format = tableFormat('csv', readCsv)

function startOf(
  sample: string,
  isWhole: boolean,
): { tokeniser: CsvTokeniser; text: string; delimiter: string } {
  const begun = skipPrelude(sample, 0)
  const declared = declaredDelimiter(sample.slice(begun))
  const at = declared ? skipPrelude(sample, begun + declared.length) : begun
  const delimiter =
    declared?.delimiter ??
    detectDelimiter(sample.slice(at, SAMPLE_LENGTH), isWhole && sample.length <= SAMPLE_LENGTH)
      ?.delimiter ??
    ','
  const line = sample.slice(0, at).split(/\r\n|\r|\n/).length
  return { tokeniser: new CsvTokeniser(delimiter, line), text: sample.slice(at), delimiter }
}

function skipPrelude(text: string, from: number): number {
  return from + preludeLength(text.slice(from, SAMPLE_LENGTH))
}
