import type { FileLimit } from '../../../domain/integrations/file-problem.ts'
import type { RowErrorCode } from '../../../domain/integrations/row.ts'
import { encoded, flood, numbered } from './bytes.ts'
import type { HostileCase, Read, Refused } from './cases.ts'
import { DECLARATION, HEAD, TAIL, offer } from './feed.ts'

const before = `${DECLARATION}${HEAD}${offer()}`

/** Line and column are where the flood began: after the first offer in line 5. */
const limited = (
  name: string,
  limit: FileLimit,
  opening: string,
  part: string,
  megabytes: number,
  place?: [line: number, column: number],
): HostileCase => {
  const expected: Refused = { code: 'limit-exceeded', limit, rows: 1 }
  if (place) expected.place = place
  return { name, isBig: true, bytes: () => flood(before + opening, part, megabytes), expected }
}

const inOffer = (
  name: string,
  part: string,
  megabytes: number,
  ...errors: RowErrorCode[]
): HostileCase => {
  const [start, end] = offer('|').split('|') as [string, string]
  const expected: Read = { rows: 0, errors }
  const bytes = () => flood(`${DECLARATION}${HEAD}${start}`, part, megabytes, end + TAIL)
  return { name, isBig: true, bytes, expected }
}

const refused = (name: string, bytes: HostileCase['bytes'], expected: Refused): HostileCase => ({
  ...{ name, isBig: true, bytes, expected },
})

/** A little multiplied: whatever is without end meets a bound first. */
export function floods(): HostileCase[] {
  return [
    limited('a text of 100 MB', 'token', '<name>', 'очень ', 100, [5, 120]),
    limited('an attribute of 100 MB', 'token', '<a b="', 'a', 100, [5, 114]),
    limited('a comment without end', 'token', '<!--', ' <a> ', 100, [5, 114]),
    limited('a CDATA section without end', 'token', '<name><![CDATA[', ']] ', 100, [5, 120]),
    limited('an instruction without end', 'token', '<?a ', '? ', 100, [5, 114]),
    limited('the name of an element without end', 'token', '<', 'a', 100, [5, 114]),
    limited('the name of an attribute without end', 'token', '<a ', 'b', 100, [5, 114]),
    limited('a closing tag without end', 'token', '<a></', 'a', 100, [5, 117]),
    limited('10 MB of white space', 'token', '', ' \n', 10, [5, 114]),
    limited('a flood of numeric references', 'token', '<name>', '&#1072;', 50, [5, 120]),
    limited('a flood of entities in an attribute', 'token', '<a b="', '&amp;', 50, [5, 114]),
    limited('elements in elements without end', 'depth', '', '<a>', 50),
    limited('elements in an offer without end', 'depth', '<offer id="2">', '<a>', 50),
    refused('an open ampersand and 50 MB', () => flood(`${before}<name>&`, 'a', 50), {
      code: 'malformed-xml',
      defect: 'bare-ampersand',
      place: [5, 120],
      rows: 1,
    }),
    refused('50 MB of less-than', () => flood('', '<', 50), { code: 'not-xml' }),
    refused('50 MB of less-than in a feed', () => flood(before, '<', 50), {
      code: 'malformed-xml',
      defect: 'bare-less-than',
      rows: 1,
    }),
    refused('10 MB of white space before the root', () => flood('', ' \n', 10, before + TAIL), {
      code: 'prolog-too-long',
    }),
    refused('comments before the root', () => flood(DECLARATION, '<!-- -->', 10, before + TAIL), {
      code: 'prolog-too-long',
    }),
    refused('a quoted document type without end', () => flood('<!DOCTYPE a "', 'b', 50), {
      code: 'prolog-too-long',
    }),
    {
      name: 'attributes without end',
      isBig: true,
      bytes: () => numbered(`${before}<a`, (number) => ` b${number}=""`, 1_000_000, ''),
      expected: { code: 'limit-exceeded', limit: 'attributes', rows: 1 },
    },
    {
      name: 'names longer than names may be',
      bytes: () => encoded(`${before}<a ${'b'.repeat(300)}="1"/>${TAIL}`),
      expected: { code: 'limit-exceeded', limit: 'name', rows: 1 },
    },
    {
      name: '10 MB of CDATA sections in a name',
      isBig: true,
      bytes: () =>
        flood(
          `${DECLARATION}${HEAD}<offer id="1"><price>1</price><currencyId>RUB</currencyId><categoryId>1</categoryId><name>`,
          '<![CDATA[а]]>',
          10,
          `</name></offer>${TAIL}`,
        ),
      expected: { rows: 0, errors: ['field-too-long'] },
    },
    inOffer('10 MB of outlets', '<outlet id="1" instock="1"/>', 10, 'row-too-large'),
    inOffer('10 MB of empty pictures', '<picture/>', 10, 'row-too-large'),
    inOffer('10 MB of params', '<param name="а">б</param>', 10, 'row-too-large'),
    inOffer('10 MB of repeated names', '<name>а</name>', 10, 'row-too-large'),
    {
      name: 'offers as large as they may be',
      isBig: true,
      bytes: () =>
        numbered(
          DECLARATION + HEAD,
          (id) =>
            offer(
              `<description>${'щ'.repeat(60_000)}</description>${`<param name="${'п'.repeat(250)}">${'з'.repeat(4_000)}</param>`.repeat(40)}`,
              `id="${id}"`,
            ),
          200,
          TAIL,
        ),
      expected: { rows: 200, errors: ['description-long'] },
    },
    {
      name: 'offers that complain as much as they may',
      isBig: true,
      bytes: () =>
        numbered(
          DECLARATION + HEAD,
          (id) => offer(`<picture>${'ы'.repeat(1_000)}</picture>`.repeat(25), `id="${id}"`),
          500,
          TAIL,
        ),
      expected: { rows: 500, errors: ['picture-invalid'] },
    },
    {
      name: 'a hundred thousand categories',
      isBig: true,
      bytes: () =>
        numbered(
          `${DECLARATION}<yml_catalog><shop><categories>`,
          (id) => `<category id="${id}" parentId="${id - 1}">К</category>`,
          100_000,
          '</categories><offers></offers></shop></yml_catalog>',
        ),
      expected: { rows: 0, errors: [], categories: 100_000 },
    },
    {
      name: 'categories whose parents are longer than categories may be',
      isBig: true,
      bytes: () =>
        numbered(
          `${DECLARATION}<yml_catalog><shop><categories>`,
          (id) => `<category id="${id}" parentId="${'9'.repeat(500_000)}">К</category>`,
          60,
          '</categories><offers></offers></shop></yml_catalog>',
        ),
      expected: { rows: 0, errors: ['category-parent-unknown'], categories: 60 },
    },
  ]
}
