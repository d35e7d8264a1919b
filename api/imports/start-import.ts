import { createHash, randomUUID } from 'node:crypto'
import type { ObjectStore } from '../../clients/object-store.ts'
import { currentTraceParent } from '../../clients/tracing.ts'
import { appendEvent } from '../../db/events.ts'
import { insertImport } from '../../db/integrations/import-queries.ts'
import { asSeller } from '../../db/tenancy.ts'
import { audit } from '../audit.ts'
import { digestOf } from '../digest.ts'
import { idempotently, sameRequest } from '../idempotency.ts'
import type { Language } from '../language.ts'
import { Problem } from '../problem.ts'
import { checkFields, parseFields, type ImportFields } from './import-fields.ts'
import { Import, showImport } from './import-view.ts'
import { startWorkflow, type StartWorkflowDeps } from './start-workflow.ts'
import { storeFile, type StoreFileDeps } from './store-file.ts'
import type { Upload } from './upload.ts'

export type StartImportDeps = StoreFileDeps &
  StartWorkflowDeps & { objectStore: Pick<ObjectStore, 'get' | 'put' | 'remove'> }

export type StartImport = {
  sellerId: string
  idempotencyKey: string | undefined
  language: Language
  upload: Upload
}

/**
 * Takes a file in: first the object, then in one transaction the import, its event and the answer to keep, then the
 * workflow. What is refused, cut off or fails leaves nothing behind.
 */
export async function startImport(
  deps: StartImportDeps,
  { sellerId, idempotencyKey, language, upload }: StartImport,
): Promise<Import> {
  const { seller, objectStore, log } = deps
  const { file, fields } = upload
  checkFields(fields)
  if (!file) throw noFile()

  return idempotently(seller, {
    sellerId,
    key: idempotencyKey,
    again: async (kept) => {
      const digest = createHash('sha256')
      for await (const chunk of file.bytes) digest.update(chunk)
      await upload.rest()
      const fingerprint = fingerprintOf(parseFields(fields), digest.digest('hex'))
      return Import.parse(sameRequest(kept, fingerprint).body)
    },
    first: async (keep) => {
      const id = randomUUID()
      const objectKey = `imports/${id}/source`
      const stored = await storeFile(deps, sellerId, objectKey, upload, file)
      const { format, encoding, bytesTotal, sha256 } = stored
      const { mapping } = stored.fields
      const traceParent = currentTraceParent() ?? null

      const started = await asSeller(seller, sellerId, async (trx) => {
        const row = await insertImport(trx, {
          id,
          sellerId,
          shopId: stored.fields.shopId,
          fileName: file.name,
          mode: stored.fields.mode,
          dryRun: stored.fields.dryRun === 'true',
          mapping: mapping ? JSON.stringify(mapping) : null,
          ...{ objectKey, format, encoding, bytesTotal, sha256, traceParent },
        })
        await appendEvent(trx, {
          sellerId,
          type: 'import.requested',
          subject: `import:${id}`,
          data: { importId: id },
          traceParent,
        })
        await audit(trx, { action: 'import.requested', subject: `import:${id}` })
        const body = showImport(row, language, new Date())
        await keep(trx, { fingerprint: fingerprintOf(stored.fields, sha256), status: 202, body })
        return body
      }).catch(async (error: unknown) => {
        await objectStore.remove(objectKey).catch((err: unknown) => {
          log.warn({ err, objectKey }, 'an object without an import is left')
        })
        throw error
      })
      await startWorkflow(deps, id)
      return started
    },
  })
}

const fingerprintOf = (fields: ImportFields, sha256: string) =>
  digestOf(JSON.stringify(['POST', '/v1/imports', fields, sha256]))

const noFile = () =>
  new Problem('validation-failed', {
    errors: [{ path: 'file', message: { ru: 'нужен файл', en: 'a file is needed' } }],
  })
