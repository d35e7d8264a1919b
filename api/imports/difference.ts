import { z } from '@hono/zod-openapi'
import type { ImportDifference } from '../../db/integrations/diff-queries.ts'

const Value = z.unknown()

export const Difference = z
  .object({
    row: z.int().min(1).optional().openapi({
      description: 'Ordinal of the offer in the file; absent for what the file does not name.',
    }),
    externalId: z.string(),
    kind: z.enum(['create', 'update', 'deactivate']),
    fields: z
      .record(z.string(), z.object({ before: Value, after: Value }).or(z.array(z.unknown())))
      .openapi({
        description: 'By field: what stands there and what would. `stock` lists warehouses.',
        example: { priceMinor: { before: 129000, after: 119000 } },
      }),
  })
  .openapi('ImportDifference')

export const showDifference = ({
  row,
  externalId,
  kind,
  fields,
}: ImportDifference): z.infer<typeof Difference> => ({
  ...(row !== null && { row: Number(row) }),
  externalId,
  kind,
  fields: Object.fromEntries(
    Object.entries(fields).map(([column, told]) => [
      camelCase(column),
      told as { before: unknown; after: unknown },
    ]),
  ),
})

const camelCase = (column: string) =>
  column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
