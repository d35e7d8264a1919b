import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CSV_LIMITS } from '../../formats/csv/limits.ts'
import { CsvTokeniser } from '../../formats/csv/tokeniser.ts'

function tokenise(pieces: readonly string[], delimiter = ',') {
  const tokeniser = new CsvTokeniser(delimiter)
  const records = pieces.flatMap((piece) => tokeniser.write(piece))
  records.push(...tokeniser.end())
  return { records, problem: tokeniser.problem }
}
const cellsOf = (text: string, delimiter?: string) =>
  tokenise([text], delimiter).records.map(({ cells }) => cells)

const delimiters = fc.constantFrom(',', ';', '\t', '|')
const cell = fc.string({
  unit: fc.constantFrom('a', 'ё', ' ', '"', ',', ';', '\t', '|', '\n', '\r\n', '😀'),
  maxLength: 8,
})
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

describe('records', () => {
  it('are what csv-parse makes of them', () => {
    fc.assert(
      fc.property(
        delimiters,
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        (delimiter, lineEnd, rows) => {
          const text = rows.map((row) => row.map(quoted).join(delimiter)).join(lineEnd)
          const oracle = parse(text, {
            delimiter,
            relax_column_count: true,
            record_delimiter: lineEnd,
          })
          expect(cellsOf(text, delimiter)).toEqual(oracle)
        },
      ),
    )
  })

  it('do not depend on how the text is cut into pieces', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'я', '"', '""', ',', ';', '\n', '\r', '\r\n', ' ', '\0'),
      maxLength: 60,
    })
    fc.assert(
      fc.property(text, fc.array(fc.nat(7), { minLength: 1 }), (whole, lengths) => {
        const pieces: string[] = []
        for (let at = 0, turn = 0; at < whole.length; turn += 1) {
          const length = Math.max(lengths[turn % lengths.length]!, 1)
          pieces.push(whole.slice(at, at + length))
          at += length
        }
        expect(tokenise(pieces)).toEqual(tokenise([whole]))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each<[string, string, string[][]]>([
    [
      'end with LF, CRLF and a lone CR',
      'a,b\nc,d\r\ne,f\rg,h',
      [
        ['a', 'b'],
        ['c', 'd'],
        ['e', 'f'],
        ['g', 'h'],
      ],
    ],
    ['keep delimiters and line breaks in quotes', '"a,b","c\r\nd"\n', [['a,b', 'c\r\nd']]],
    ['have doubled quotes once', '"Диван ""Лагуна""",1', [['Диван "Лагуна"', '1']]],
    ['keep quotes within bare cells', 'Монитор 24" LG,1', [['Монитор 24" LG', '1']]],
    ['keep what follows a closing quote', '"a"b,c', [['ab', 'c']]],
    ['may be empty cells only', ',,\n', [['', '', '']]],
    [
      'may end with a delimiter',
      'a,b,\n1,2,',
      [
        ['a', 'b', ''],
        ['1', '2', ''],
      ],
    ],
    ['may be blank', 'a\n\nb', [['a'], [''], ['b']]],
    ['may be an empty quoted cell', '""\n"",""', [[''], ['', '']]],
  ])('%s', (_, text, records) => {
    expect(cellsOf(text)).toEqual(records)
  })

  it('know the line that they begin in', () => {
    const { records } = tokenise(['a,b\r\n"x\ny\r\nz",1\r\n\r\nc,"d\re"\nf,g'])
    expect(records.map(({ line }) => line)).toEqual([1, 2, 5, 6, 8])
  })
})

describe('a broken text', () => {
  it('names the line where the quote opens that nobody closes', () => {
    const { records, problem } = tokenise(['a,b\n1,"x\n2,y\n3,z\n'])
    expect(records).toHaveLength(1)
    expect(problem).toEqual({
      code: 'malformed-csv',
      params: { defect: 'unclosed-quote' },
      line: 2,
    })
  })

  it('names the line of the cell, not of the record, and stops reading after a megabyte', () => {
    const tokeniser = new CsvTokeniser(',')
    tokeniser.write('a,b\n"x\ny","')
    let written = 0
    while (!tokeniser.problem) written += tokeniser.write('text\n'.repeat(10_000)).length + 50_000
    expect(tokeniser.problem).toMatchObject({ params: { defect: 'unclosed-quote' }, line: 3 })
    expect(written).toBeLessThan(CSV_LIMITS.recordLength + 100_000)
  })

  it('is refused for a record that is longer than records may be', () => {
    const { problem } = tokenise(['a,b\n', `1,${'x'.repeat(CSV_LIMITS.recordLength)}\n`, '2,y\n'])
    expect(problem).toMatchObject({ code: 'limit-exceeded', params: { limit: 'record' }, line: 2 })
  })

  it('is refused for more columns than a table may have', () => {
    const { records, problem } = tokenise(['a,b\n', ','.repeat(CSV_LIMITS.columns)])
    expect(records).toHaveLength(1)
    expect(problem).toMatchObject({ code: 'limit-exceeded', params: { limit: 'columns' }, line: 2 })
  })

  it('is refused for a NUL, after what came before', () => {
    const { records, problem } = tokenise(['a,b\n1,2\n3,\0'])
    expect(records).toHaveLength(2)
    expect(problem).toEqual({ code: 'malformed-csv', params: { defect: 'nul' }, line: 3 })
  })
})
