import type { FileProblemCode } from '../../../domain/integrations/file-problem.ts'
import { encoded } from './bytes.ts'
import type { HostileCase } from './cases.ts'
import { feed } from './feed.ts'

const text = (name: string, code: FileProblemCode, content: string): HostileCase => ({
  name,
  bytes: () => encoded(content),
  expected: { code },
})
const binary = (name: string, code: FileProblemCode, hex: string): HostileCase => ({
  name,
  bytes: () => [Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(512, 7)])],
  expected: { code },
})

/** Files of another kind under the name of a feed. */
export function foreignFiles(): HostileCase[] {
  return [
    text('nothing', 'empty-file', ''),
    text('white space', 'empty-file', ' \r\n\t\uFEFF'),
    text('a login page', 'html-page', '<!DOCTYPE html><html><body><form>Вход</form></body></html>'),
    text('a page without a document type', 'html-page', '<html><head></head></html>'),
    text('a PHP script', 'php-source', '<?php header("Content-Type: text/xml"); ?>'),
    text('an export that was not run', 'php-source', '<?echo "<?xml version=\\"1.0\\"?>";?>'),
    text('RSS', 'unexpected-root', '<?xml version="1.0"?><rss version="2.0"><channel/></rss>'),
    text('CommerceML', 'unsupported-format', '<КоммерческаяИнформация ВерсияСхемы="2.07"/>'),
    text('JSON', 'unsupported-format', '{"offers": []}'),
    text('a letter', 'not-a-table', 'Dear sirs'),
    text('a feed without offers in it', 'unexpected-root', '<yml-catalog></yml-catalog>'),
    text('a feed behind a greeting', 'not-a-table', `Привет!\n${feed('')}`),
    binary('a workbook', 'unsupported-format', '504b0304'),
    binary('a gzip', 'unsupported-format', '1f8b0800'),
    binary('a program', 'binary-file', '7f454c460201010000'),
    binary('zeros', 'binary-file', '00000000'),
  ]
}
