import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeFileProblem } from '../../domain/integrations/describe-file-problem.ts'
import type {
  CsvDefect,
  FileLimit,
  FileProblem,
  FileProblemCode,
  FileProblemParams,
  XmlDefect,
} from '../../domain/integrations/file-problem.ts'
import { describeRowError } from '../../domain/integrations/row-errors.ts'
import type { RowError, RowErrorCode } from '../../domain/integrations/row.ts'

/** The members of a union of strings, from its source, so that none is forgotten here. */
function membersOf<T extends string>(file: string, type: string): T[] {
  const source = readFileSync(new URL(`../../domain/integrations/${file}`, import.meta.url), 'utf8')
  const [, union = ''] = new RegExp(`export type ${type} =([^\\n]*(?:\\n  \\|[^\\n]*)*)`).exec(
    source,
  )!
  return [...union.matchAll(/'([^']+)'/g)].map(([, member]) => member as T)
}

const rowCodes = membersOf<RowErrorCode>('row.ts', 'RowErrorCode')
const fileCodes = membersOf<FileProblemCode>('file-problem.ts', 'FileProblemCode')
const defects = membersOf<XmlDefect>('file-problem.ts', 'XmlDefect')
const csvDefects = membersOf<CsvDefect>('file-problem.ts', 'CsvDefect')
const limits = membersOf<FileLimit>('file-problem.ts', 'FileLimit')

const english = /^[^А-ЯЁа-яё]+[.;)]$/
const broken = /undefined|NaN|\[object|\$\{|null|  /

function expectBoth(describe: (language: 'ru' | 'en') => string): void {
  const [ru, en] = [describe('ru'), describe('en')]
  expect(ru).toMatch(/[А-ЯЁа-яё]{3}.*[.;)]$/s)
  expect(en).toMatch(english)
  expect(`${ru}\n${en}`).not.toMatch(broken)
}

describe('what is wrong with a row', () => {
  it('has some forty codes', () => {
    expect(rowCodes.length).toBeGreaterThan(35)
  })

  it.each(rowCodes)('%s is told in Russian and in English', (code) => {
    for (const level of ['error', 'warning'] as const) {
      const error: RowError = { row: 1, code, level, field: 'price' }
      expectBoth((language) => describeRowError(error, language))
      const valued = { ...error, value: '12 90' }
      expectBoth((language) => describeRowError(valued, language))
    }
  })

  it('names field and value, and says that the offer is out', () => {
    const error: RowError = {
      ...{ row: 1, code: 'price-invalid', level: 'error', field: 'price', value: '12 90' },
    }
    expect(describeRowError(error, 'ru')).toBe(
      'Цена в поле price не похожа на число: «12 90». Пример: 1290.50. Предложение не загружено.',
    )
    expect(describeRowError(error, 'en')).toBe(
      'The price in price is not a number: “12 90”. For example: 1290.50. The offer was not imported.',
    )
  })

  it('quotes at most two hundred characters, none of them halved', () => {
    const error: RowError = {
      row: 1,
      code: 'id-too-long',
      level: 'error',
      value: '😀'.repeat(5_000),
    }
    const text = describeRowError(error, 'ru')
    expect(text.length).toBeLessThan(300)
    expect(text.isWellFormed()).toBe(true)
  })
})

describe('what is wrong with a file', () => {
  it.each(fileCodes)('%s is told in Russian and in English', (code) => {
    const params: FileProblemParams = {
      ...{
        format: 'CSV',
        root: 'rss',
        encoding: 'utf-8',
        offset: 7,
        text: 'a',
        most: 64,
        status: 503,
      },
      defect: 'truncated',
      limit: 'depth',
    }
    expectBoth((language) => describeFileProblem({ code, params, line: 3, column: 7 }, language))
  })

  it.each(defects)('the defect %s is told in Russian and in English', (defect) => {
    const problem = { code: 'malformed-xml', params: { defect, text: 'nbsp' } } as const
    expectBoth((language) => describeFileProblem(problem, language))
  })

  it.each(csvDefects)('the defect %s is told in Russian and in English', (defect) => {
    const problem = { code: 'malformed-csv', params: { defect } } as const
    expectBoth((language) => describeFileProblem(problem, language))
  })

  it('names the column that a mapping misses', () => {
    const problem = { code: 'mapping-mismatch', params: { column: 'Цена' } } as const
    expect(describeFileProblem(problem, 'en')).toContain('“Цена”')
    expect(describeFileProblem(problem, 'ru')).toContain('«Цена»')
  })

  it.each(limits)('the limit %s is told in Russian and in English', (limit) => {
    const problem = { code: 'limit-exceeded', params: { limit, most: 64 } } as const
    expectBoth((language) => describeFileProblem(problem, language))
    expect(describeFileProblem(problem, 'ru')).toContain('64')
  })

  it('is placed by line, column and offer', () => {
    const problem: FileProblem = {
      code: 'malformed-xml',
      ...{ line: 11, column: 38, row: 2 },
      params: { defect: 'mismatched-tag', text: 'offer' },
    }
    expect(describeFileProblem(problem, 'ru')).toMatch(
      /<offer>.*\(строка 11, столбец 38, предложение 2\)$/,
    )
    expect(describeFileProblem(problem, 'en')).toMatch(/<offer>.*\(line 11, column 38, offer 2\)$/)
    expect(describeFileProblem({ ...problem, row: 0 }, 'en')).toMatch(/\(line 11, column 38\)$/)
  })
})
