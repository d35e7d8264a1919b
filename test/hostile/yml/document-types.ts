import { encoded } from './bytes.ts'
import type { HostileCase } from './cases.ts'
import { DECLARATION, feed, offer } from './feed.ts'

const withDoctype = (doctype: string) => feed(offer(), `${DECLARATION}${doctype}\n`)
const entityBomb = `<!DOCTYPE yml_catalog [<!ENTITY a "${'ха'.repeat(50)}">${'bcdefghi'
  .split('')
  .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefgh'[at]};`.repeat(10)}">`)
  .join('')}]>`

/** Bombs, entities and fetches by way of the document type; a document type of one's own is refused, whatever it says. */
export function documentTypes(trapUrl: string): HostileCase[] {
  const refused = (name: string, doctype: string, place: [number, number]): HostileCase => ({
    name,
    bytes: () => encoded(withDoctype(doctype)),
    expected: { code: 'internal-dtd', place },
  })
  const passedOver = (name: string, doctype: string): HostileCase => ({
    name,
    bytes: () => encoded(withDoctype(doctype)),
    expected: { rows: 1, errors: [] },
  })
  const theft = `<!DOCTYPE yml_catalog [<!ENTITY theirs SYSTEM "${trapUrl}"><!ENTITY % more SYSTEM "file:///etc/passwd">%more;]>`
  const inEncoding = (name: string, encoding: string, mark: string): HostileCase[] =>
    Object.entries({ 'a bomb': entityBomb, 'outside entities': theft }).map(([what, doctype]) => ({
      name: `${what} in ${name}`,
      bytes: () =>
        encoded(
          `${mark}<?xml version="1.0" encoding="${encoding.replace('win', 'windows-')}"?>\n${doctype}\n${feed(offer(), '').replace('Чайник', '&theirs;')}`,
          encoding,
        ),
      expected: { code: 'internal-dtd', place: [2, 23] },
    }))
  return [
    refused('a billion laughs', entityBomb, [2, 23]),
    refused(
      'a quadratic blow-up',
      `<!DOCTYPE yml_catalog [<!ENTITY a "${'а'.repeat(20_000)}">]>`,
      [2, 23],
    ),
    refused(
      'a parameter entity',
      `<!DOCTYPE yml_catalog [<!ENTITY % a SYSTEM "${trapUrl}"> %a;]>`,
      [2, 23],
    ),
    refused(
      'an entity from a file',
      '<!DOCTYPE yml_catalog [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
      [2, 23],
    ),
    refused(
      'a subset behind quotes that hold its brackets',
      '<!DOCTYPE yml_catalog SYSTEM "a>b[c" [<!ENTITY a "b">]>',
      [2, 38],
    ),
    refused('a document type in lower case', '<!doctype yml_catalog [<!entity a "b">]>', [2, 23]),
    ...inEncoding('UTF-16 with a mark, little end first', 'utf-16le', '\uFEFF'),
    ...inEncoding('UTF-16 with a mark, big end first', 'utf-16be', '\uFEFF'),
    ...inEncoding('UTF-16 without a mark, little end first', 'utf-16le', ''),
    ...inEncoding('UTF-16 without a mark, big end first', 'utf-16be', ''),
    ...inEncoding('windows-1251', 'win1251', ''),
    {
      name: 'outside entities in UTF-7',
      bytes: () =>
        encoded(
          `<?xml version="1.0" encoding="UTF-7"?>\n+ADwAIQ-DOCTYPE yml_catalog +AFsAPAAh-ENTITY a SYSTEM +ACI-${trapUrl}+ACIAPgBdAD4-`,
        ),
      expected: { code: 'unsupported-encoding' },
    },
    {
      name: 'a subset that never ends',
      isBig: true,
      bytes: function* () {
        yield* encoded(`${DECLARATION}<!DOCTYPE yml_catalog [`)
        for (let count = 0; count < 800; count += 1)
          yield Buffer.from('<!ENTITY a "b">'.repeat(4_000))
      },
      expected: { code: 'internal-dtd', place: [2, 23] },
    },
    {
      name: 'a document type after the root',
      bytes: () =>
        encoded(`${DECLARATION}<yml_catalog><!DOCTYPE x [<!ENTITY a "b">]></yml_catalog>`),
      expected: { code: 'malformed-xml', defect: 'misplaced-declaration' },
    },
    {
      name: 'a document type where nobody looks any more',
      bytes: () => encoded(withDoctype(`<!--${' '.repeat(70_000)}-->${entityBomb}`)),
      expected: { code: 'prolog-too-long' },
    },
    passedOver('an outside document type', `<!DOCTYPE yml_catalog SYSTEM "${trapUrl}shops.dtd">`),
    passedOver(
      'an outside public document type',
      `<!DOCTYPE yml_catalog PUBLIC "-//Y//DTD//RU" "${trapUrl}">`,
    ),
    passedOver('a style sheet', `<?xml-stylesheet href="${trapUrl}style.xsl" type="text/xsl"?>`),
    {
      name: 'an inclusion',
      bytes: () =>
        encoded(
          feed(
            offer(
              `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${trapUrl}" parse="text"/>`,
            ),
          ),
        ),
      expected: { rows: 1, errors: [] },
    },
    {
      name: 'an outside document type and its entity',
      bytes: () =>
        encoded(
          withDoctype(`<!DOCTYPE yml_catalog SYSTEM "${trapUrl}">`).replace('Чайник', '&theirs;'),
        ),
      expected: { code: 'malformed-xml', defect: 'unknown-entity', place: [6, 21] },
    },
  ]
}
