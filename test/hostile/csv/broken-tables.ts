import { encoded, flood } from '../yml/bytes.ts'
import type { HostileTable, ReadRows, RefusedTable } from './cases.ts'
import { HEADER, row } from './table.ts'

const table = (name: string, text: string, expected: RefusedTable | ReadRows): HostileTable => ({
  name,
  bytes: () => encoded(text),
  expected,
})

const good = HEADER + row()

/** Texts that are cut otherwise than their writers meant. */
export function brokenTables(): HostileTable[] {
  return [
    table('an unclosed quote', `${good}2;"Чашка;5;Посуда\n3;Ложка;5;Посуда\n`, {
      ...{ code: 'malformed-csv', defect: 'unclosed-quote', line: 3, rows: 1 },
    }),
    table('an unclosed quote in the header', `id;"name;price\n${row()}`, {
      ...{ code: 'malformed-csv', defect: 'unclosed-quote', line: 1 },
    }),
    {
      name: 'an unclosed quote over 100 MB',
      isBig: true,
      bytes: () => flood(`${good}2;"Чашка;5;Посуда\n`, row(), 100),
      expected: { code: 'malformed-csv', defect: 'unclosed-quote', line: 3, rows: 1 },
    },
    {
      name: 'an unclosed quote over 100 MB of doubled quotes',
      isBig: true,
      bytes: () => flood(`${good}2;"`, '""', 100),
      expected: { code: 'malformed-csv', defect: 'unclosed-quote', line: 3, rows: 1 },
    },
    table('a NUL', `${good}2;Чаш\0ка;5;Посуда\n`, { code: 'binary-file' }),
    table('a NUL far below', `${good}${row().repeat(5_000)}2;Чаш\0ка;5;Посуда\n`, {
      ...{ code: 'malformed-csv', defect: 'nul', line: 5_003, rows: 5_001 },
    }),
    table('lone carriage returns', (good + row({ id: '2' })).replaceAll('\n', '\r'), {
      ...{ rows: 2, errors: [] },
    }),
    table('line ends of three kinds', `${HEADER}1;а;1;К\r2;б;1;К\r\n3;в;1;К\n4;г;1;К`, {
      ...{ rows: 4, errors: [] },
    }),
    table('quotes in the middle of texts', `${HEADER}1;Труба 1/2" ПВХ;5;К\n2;Труба 3/4";5;К\n`, {
      ...{ rows: 2, errors: [] },
    }),
    table('quotes that are not doubled', `${HEADER}1;"Монитор 24" LG";5;К\n${row({ id: '2' })}`, {
      ...{ rows: 2, errors: [] },
    }),
    table('delimiters that change', `${good}2,Чашка,5,Посуда\n3\tЛожка\t5\tПосуда\n`, {
      ...{ rows: 1, errors: ['name-missing', 'price-missing', 'id-invalid'] },
    }),
    table('more values than columns', `${HEADER}1;Чайник; синий;100;Посуда\n`, {
      ...{ rows: 0, errors: ['row-misaligned'] },
    }),
    table('fewer values than columns', `${HEADER}1;Чайник\n`, {
      ...{ rows: 0, errors: ['price-missing'] },
    }),
    table('a declared delimiter that is not the one', `sep=,\n${good}`, { code: 'no-header' }),
    table('only a header', HEADER, { rows: 0, errors: [] }),
    table('a header twice', HEADER + good, { rows: 1, errors: [] }),
    table('a column twice', `id;name;name;price;category\n1;;Чайник;5;К\n`, {
      ...{ rows: 1, errors: [] },
    }),
    table('columns without names', `id;;name;;price;category;;\n1;x;Чайник;y;5;К;;\n`, {
      ...{ rows: 1, errors: [] },
    }),
    table('no header', '1;Чайник;100;5\n2;Чашка;50;7\n', { code: 'no-header' }),
    table('no column of prices', 'id;name\n1;Чайник\n', { code: 'mapping-mismatch' }),
    table('10,000 columns', `${Array.from({ length: 10_000 }, (_, at) => `c${at}`).join(';')}\n`, {
      ...{ code: 'limit-exceeded', limit: 'columns', line: 1 },
    }),
    table('10,000 cells in a row', `${good}2${';'.repeat(10_000)}\n`, {
      ...{ code: 'limit-exceeded', limit: 'columns', line: 3, rows: 1 },
    }),
  ]
}
