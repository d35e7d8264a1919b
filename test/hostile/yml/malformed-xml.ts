import type { XmlDefect } from '../../../domain/integrations/file-problem.ts'
import { encoded } from './bytes.ts'
import type { HostileCase } from './cases.ts'
import { feed, offer } from './feed.ts'

/** The second of two offers, in line 5, is where the mischief stands; the first is read. */
const place = (
  name: string,
  defect: XmlDefect,
  second: string,
  at: [line: number, column: number],
): HostileCase => ({
  name,
  bytes: () => encoded(feed(`${offer()}\n<!--  -->${second}`)),
  expected: { code: 'malformed-xml', defect, place: at, rows: 1 },
})

const inName = (name: string, defect: XmlDefect, text: string, column: number) =>
  place(name, defect, `<name>${text}</name>`, [6, column])

/** What is no XML: each is refused where it stands, after the rows before it. */
export function malformedXml(): HostileCase[] {
  return [
    inName('a bare ampersand', 'bare-ampersand', 'Сигма & Ко', 22),
    inName('an ampersand in an address', 'bare-ampersand', 'http://a.ru/?a=1&b=2', 32),
    inName('an entity of a million letters', 'bare-ampersand', `&${'a'.repeat(1_000_000)};`, 16),
    inName('an entity of nobody', 'unknown-entity', '&lol9;', 16),
    inName('an entity named constructor', 'unknown-entity', '&constructor;', 16),
    inName('an entity named __proto__', 'bare-ampersand', '&__proto__;', 16),
    inName('a reference to NUL', 'character-reference', '&#0;', 19),
    inName('a reference to NUL in hexadecimal', 'character-reference', '&#x0000;', 23),
    inName('a reference to a control character', 'character-reference', '&#31;', 20),
    inName('a reference to half a surrogate pair', 'character-reference', '&#xD800;', 23),
    inName('a reference beyond Unicode', 'character-reference', '&#x110000;', 25),
    inName('a reference beyond all numbers', 'character-reference', `&#${'9'.repeat(400)};`, 418),
    inName('NUL', 'forbidden-character', '\0', 16),
    inName('a vertical tab', 'forbidden-character', '\v', 16),
    inName('an escape sequence', 'forbidden-character', '\u001b[2J', 16),
    inName('a non-character', 'forbidden-character', '\uFFFE', 16),
    inName('a lone less-than', 'bare-less-than', 'a < b', 19),
    inName('the end of a CDATA section', 'cdata-end', 'a ]]> b', 20),
    place('NUL in an attribute', 'forbidden-character', '<a b="\0"/>', [6, 16]),
    place('NUL in the name of an element', 'forbidden-character', '<a\0/>', [6, 12]),
    place('a less-than in an attribute', 'attribute-syntax', '<a b="<"/>', [6, 16]),
    place('an attribute without quotes', 'attribute-syntax', '<a b=c/>', [6, 15]),
    place('an attribute twice', 'duplicate-attribute', '<a b="1" b="2"/>', [6, 25]),
    place('two hyphens in a comment', 'malformed-comment', '<!-- a -- b -->', [6, 19]),
    place('a tag that is not closed', 'mismatched-tag', '<offer><name>Чайник</offer>', [6, 36]),
    place('tags that cross', 'mismatched-tag', '<a><b></a></b>', [6, 19]),
    place('a file that breaks off', 'mismatched-tag', '<offer id="2"><name>', [7, 9]),
    {
      name: 'a file cut in the middle of a tag',
      bytes: () => encoded(feed(offer()).slice(0, -8)),
      expected: { code: 'malformed-xml', defect: 'truncated', rows: 1 },
    },
    {
      name: 'a second root',
      bytes: () => encoded(`${feed(offer())}<yml_catalog/>`),
      expected: { code: 'malformed-xml', defect: 'text-outside-root', rows: 1 },
    },
    {
      name: 'control characters by way of XML 1.1',
      bytes: () => encoded(feed(offer('<vendor>&#1;</vendor>'), '<?xml version="1.1"?>\n')),
      expected: { code: 'malformed-xml', defect: 'character-reference' },
    },
    {
      name: 'a second declaration in the middle',
      bytes: () => encoded(feed(`${offer()}<?xml version="1.0"?>${offer()}`)),
      expected: { code: 'malformed-xml', defect: 'misplaced-declaration', rows: 1 },
    },
    {
      name: 'PHP in the middle',
      bytes: () => encoded(feed(`${offer()}<?php echo $row ?>${offer()}`)),
      expected: { code: 'php-source', rows: 1 },
    },
  ]
}
