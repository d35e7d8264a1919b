import { z } from '@hono/zod-openapi'
import { randomUUID } from 'node:crypto'
import { currentTraceParent } from '../../clients/tracing.ts'
import { requestImport } from '../../db/integrations/request-import.ts'
import { asSeller } from '../../db/tenancy.ts'
import { fileNameOf } from '../../domain/integrations/file-name.ts'
import { audit } from '../audit.ts'
import { digestOf } from '../digest.ts'
import { idempotently, sameRequest } from '../idempotency.ts'
import type { Language } from '../language.ts'
import { Problem } from '../problem.ts'
import { requirePublicUrl } from '../source-url.ts'
import { invalid } from '../validation.ts'
import { parseFields } from './import-fields.ts'
import { Import, showImport } from './import-view.ts'
import { startWorkflow, type StartWorkflowDeps } from './start-workflow.ts'
import { requireShop, type StoreFileDeps } from './store-file.ts'

export type ImportByUrlDeps = StartWorkflowDeps &
  Pick<StoreFileDeps, 'seller'> & {
    /** In CIDR form: where addresses may lead though they are not public. */
    allowedPrivateNetworks: readonly string[]
  }

export type ImportByUrl = {
  sellerId: string
  idempotencyKey: string | undefined
  language: Language
  /** The JSON as it came. */
  body: string
}

/** What a file is read by: the same fields as of the form, in JSON's own types. */
export const ReadingFields = z.strictObject({
  shopId: z.string(),
  format: z.string().optional(),
  mode: z.string().optional(),
  dryRun: z.boolean().optional(),
  mapping: z.record(z.string(), z.unknown()).optional(),
})

const Body = ReadingFields.extend({ sourceUrl: z.string() })

/** As the OpenAPI document shows it, beside the form. */
export const ImportByUrlBody = (() => {
  const { properties } = z.toJSONSchema(Body, { io: 'input' })
  return {
    type: 'object' as const,
    required: ['sourceUrl', 'shopId'],
    properties: properties as Record<string, object>,
    additionalProperties: false,
  }
})()

/**
 * Takes an import in whose file is still to be fetched: in one transaction the import, its event and the answer to keep,
 * then the workflow, which fetches it.
 */
export async function importByUrl(
  deps: ImportByUrlDeps,
  { sellerId, idempotencyKey, language, body }: ImportByUrl,
): Promise<Import> {
  const { seller, allowedPrivateNetworks } = deps
  const { sourceUrl, ...reading } = parseBody(body)
  const fields = fieldsOf(reading)
  requirePublicUrl('sourceUrl', sourceUrl, allowedPrivateNetworks)
  await requireShop(seller, sellerId, fields.shopId)
  const fingerprint = digestOf(JSON.stringify(['POST', '/v1/imports', fields, sourceUrl]))

  return idempotently(seller, {
    sellerId,
    key: idempotencyKey,
    again: (kept) => Import.parse(sameRequest(kept, fingerprint).body),
    first: async (keep) => {
      const id = randomUUID()
      const started = await asSeller(seller, sellerId, async (trx) => {
        const row = await requestImport(trx, {
          id,
          sellerId,
          shopId: fields.shopId,
          sourceUrl,
          fileName: fileNameOf(sourceUrl),
          mode: fields.mode,
          dryRun: fields.dryRun === 'true',
          mapping: fields.mapping ? JSON.stringify(fields.mapping) : null,
          objectKey: `imports/${id}/source`,
          bytesTotal: 0,
          traceParent: currentTraceParent() ?? null,
        })
        await audit(trx, { action: 'import.requested', subject: `import:${id}` })
        const answer = showImport(row, language, new Date())
        await keep(trx, { fingerprint, status: 202, body: answer })
        return answer
      })
      await startWorkflow(deps, id)
      return started
    },
  })
}

/** Judged by the rules of the form. @throws {Problem} */
export const fieldsOf = ({ mapping, dryRun, ...texts }: z.output<typeof ReadingFields>) =>
  parseFields(
    new Map([
      ...Object.entries(texts).filter((field): field is [string, string] => field[1] !== undefined),
      ...(dryRun === undefined ? [] : [['dryRun', String(dryRun)] as const]),
      ...(mapping === undefined ? [] : [['mapping', JSON.stringify(mapping)] as const]),
    ]),
  )

function parseBody(text: string): z.output<typeof Body> {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (cause) {
    throw new Problem('malformed-body', { cause })
  }
  const parsed = Body.safeParse(data)
  if (!parsed.success) throw invalid(parsed.error, data)
  return parsed.data
}
