import { z } from '@hono/zod-openapi'
import type { TableMapping } from '../../domain/integrations/table/mapping.ts'
import type { Text } from '../language.ts'
import { Problem } from '../problem.ts'
import { invalid } from '../validation.ts'
import { readMappingField } from './mapping.ts'

const Flag = z.enum(['true', 'false'])

const OfferedFields = z.strictObject({
  shopId: z.string().min(1),
  format: z.enum(['auto', 'yml', 'csv', 'xlsx', 'xls', 'commerceml']).default('auto'),
  mode: z.enum(['upsert', 'replace']).default('upsert'),
  dryRun: Flag.default('false').openapi({
    description: 'Shows what would be written, field by field; applied afterwards by `/apply`.',
  }),
  mapping: z.string().max(65_536).optional().openapi({
    description: 'How a table is read, as JSON: `{ "columns": { "<header>": "<field>" } }`.',
  }),
})

/** The fields of `POST /v1/imports` besides the file, with what `mapping` says. */
export type ImportFields = Omit<z.output<typeof OfferedFields>, 'mapping'> & {
  mapping: TableMapping | undefined
}

/** As the OpenAPI document shows the form: made from the same schema, plus what is streamed past it. */
export const ImportForm = (() => {
  const { properties } = z.toJSONSchema(OfferedFields, { io: 'input' })
  return {
    type: 'object' as const,
    required: ['shopId', 'file'],
    properties: {
      ...(properties as object),
      file: { type: 'string' as const, contentMediaType: 'application/octet-stream' },
    },
    additionalProperties: false,
  }
})()

/**
 * What is there so far; what is missing may come after the file.
 * @throws {Problem} for what is wrong, or not there yet
 */
export function checkFields(fields: ReadonlyMap<string, string>): void {
  const given = Object.fromEntries(fields)
  const parsed = OfferedFields.partial().safeParse(given)
  if (!parsed.success) throw invalid(parsed.error, given)
  read(parsed.data)
}

/** @throws {Problem} */
export function parseFields(fields: ReadonlyMap<string, string>): ImportFields {
  const given = Object.fromEntries(fields)
  const parsed = OfferedFields.safeParse(given)
  if (!parsed.success) throw invalid(parsed.error, given)
  return { ...parsed.data, ...read(parsed.data) }
}

const ACCEPTED_FORMATS: ReadonlySet<string> = new Set(['auto', 'yml', 'csv', 'xlsx', 'xls'])

function read({ format, mapping }: { format?: string | undefined; mapping?: string | undefined }) {
  if (format !== undefined && !ACCEPTED_FORMATS.has(format)) throw notSupportedYet('format')
  return { mapping: mapping === undefined ? undefined : readMappingField(mapping) }
}

const notSupportedYet = (path: keyof ImportFields) =>
  new Problem('not-supported-yet', { errors: [{ path, message: NOT_YET }] })

const NOT_YET: Text = { ru: 'пока не поддерживается', en: 'not supported yet' }
