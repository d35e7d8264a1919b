import type { FileProblemCode } from '../../../domain/integrations/file-problem.ts'
import { encoded } from '../yml/bytes.ts'
import type { HostileTable } from './cases.ts'

const text = (name: string, code: FileProblemCode, content: string): HostileTable => ({
  ...{ name, bytes: () => encoded(content), expected: { code } },
})

/** Texts that are no tables. */
export function foreignTexts(): HostileTable[] {
  return [
    text(
      'a letter with commas',
      'not-a-table',
      'Добрый день, коллеги,\nвысылаю, как и обещал,\nпрайс.\n',
    ),
    text('a word', 'not-a-table', 'прайс'),
    text('JSON', 'unsupported-format', '{"id": 1, "name": "a", "price": 2}\n'),
    text('JSON in lines', 'unsupported-format', '{"id": 1, "a": 2}\n{"id": 2, "a": 3}\n'),
    text('a list in JSON', 'unsupported-format', '[{"id": 1, "name": "a"}]'),
    text('a page', 'html-page', '<!DOCTYPE html><table><tr><td>id;name;price</td></tr></table>'),
    text('a script', 'php-source', '<?php fputcsv($file, ["id", "name", "price"]); ?>'),
    text('blank lines', 'empty-file', '\n \r\n\t\n'),
    text('delimiters only', 'not-a-table', ';;;\n;;;\n;;;\n'),
  ]
}
