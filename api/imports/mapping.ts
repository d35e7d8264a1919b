import { z } from '@hono/zod-openapi'
import type { TableMapping as Mapping } from '../../domain/integrations/table/mapping.ts'
import { parseMapping } from '../../domain/integrations/table/parse-mapping.ts'
import { Problem } from '../problem.ts'

/** As `POST /v1/imports` takes it in `mapping`, and as a waiting import is told it; `readMapping` checks the rest. */
export const TableMapping = z
  .looseObject({
    columns: z.record(z.string(), z.string()).openapi({
      description:
        'By header: a text field of an offer (`id`, `name`, `price` …), `categoryPath`, `categoryLevel:<n>`, `picture`, `barcode`, `attribute:<name>`, `outlet:<warehouse id>`, `weightGrams`, `lengthCm`, `widthCm`, `heightCm`.',
      example: { Артикул: 'id', Наименование: 'name', Цена: 'price', Цвет: 'attribute:Цвет' },
    }),
  })
  .openapi('TableMapping')

/** @throws {Problem} `validation-failed`, naming each place; with `headers` for columns that the file does not have too */
export function readMapping(given: unknown, path: string, headers?: readonly string[]): Mapping {
  const parsed = parseMapping(given, headers)
  if (parsed.ok) return parsed.mapping
  throw new Problem('validation-failed', {
    errors: parsed.problems.map((problem) => ({
      path: [path, problem.path].filter(Boolean).join('.'),
      message: problem.message,
    })),
  })
}

/** @throws {Problem} `validation-failed` */
export function readMappingField(text: string): Mapping {
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch (cause) {
    throw new Problem('validation-failed', {
      errors: [{ path: 'mapping', message: { ru: 'нужен JSON', en: 'must be JSON' } }],
      cause,
    })
  }
  return readMapping(given, 'mapping')
}
