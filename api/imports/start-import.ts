import { createHash, randomUUID } from 'node:crypto'
import { WorkflowExecutionAlreadyStartedError, type WorkflowClient } from '@temporalio/client'
import type { Kysely } from 'kysely'
import type { Logger } from '../../clients/logger.ts'
import type { ObjectStore } from '../../clients/object-store.ts'
import { currentTraceParent } from '../../clients/tracing.ts'
import {
  importCatalog,
  importWorkflowId,
  integrationsQueue,
  type ImportCatalog,
} from '../../contracts/integrations.ts'
import type { Database } from '../../db/database.ts'
import { appendEvent } from '../../db/events.ts'
import { findShop, insertImport } from '../../db/integrations/import-queries.ts'
import { asSeller } from '../../db/tenancy.ts'
import { describeFileProblem, type FileProblem } from '../../domain/integrations/file-problem.ts'
import { PEEK_BYTES, sniff, type Sniffed } from '../../domain/integrations/sniff.ts'
import { digestOf } from '../digest.ts'
import { idempotently, sameRequest } from '../idempotency.ts'
import type { Language, Text } from '../language.ts'
import { notFound, Problem } from '../problem.ts'
import { checkFields, parseFields, type ImportFields } from './import-fields.ts'
import { Import, showImport } from './import-view.ts'
import { peek, type Peeked } from './peek.ts'
import type { Upload } from './upload.ts'

export type StartImportDeps = {
  seller: Kysely<Database>
  objectStore: Pick<ObjectStore, 'put' | 'remove'>
  workflows: Pick<WorkflowClient, 'start'>
  log: Pick<Logger, 'warn'>
}

export type StartImport = {
  sellerId: string
  idempotencyKey: string | undefined
  language: Language
  upload: Upload
}

/**
 * Takes a file in: streamed into the object store while it is hashed, then an import, its event and the kept answer in one
 * transaction. What is refused, cut off or fails leaves nothing behind.
 */
export async function startImport(
  deps: StartImportDeps,
  { sellerId, idempotencyKey, language, upload }: StartImport,
): Promise<Import> {
  const { seller, objectStore } = deps
  const { file, fields } = upload
  checkFields(fields)
  if (!file)
    throw new Problem('validation-failed', { errors: [{ path: 'file', message: NO_FILE }] })

  const answer = await idempotently(seller, {
    sellerId,
    key: idempotencyKey,
    again: async (kept) => {
      const digest = createHash('sha256')
      for await (const chunk of file.bytes) digest.update(chunk)
      await upload.rest()
      const request = fingerprintOf(parseFields(fields), digest.digest('hex'))
      return Import.parse(sameRequest(kept, request).body)
    },
    first: async (keep) => {
      const shopId = fields.get('shopId')
      if (shopId !== undefined) await requireShop(seller, sellerId, shopId)
      const peeked = await peek(file.bytes, PEEK_BYTES)
      const { format, encoding } = readable(sniff(peeked.head, peeked.isWhole))

      const id = randomUUID()
      const objectKey = `imports/${id}/source`
      const stored = await store(deps, { sellerId, objectKey, upload, peeked })
      try {
        return await asSeller(seller, sellerId, async (trx) => {
          const traceParent = currentTraceParent() ?? null
          const row = await insertImport(trx, {
            id,
            sellerId,
            shopId: stored.fields.shopId,
            format,
            encoding,
            fileName: file.name,
            objectKey,
            bytesTotal: stored.bytesTotal,
            sha256: stored.sha256,
            traceParent,
          })
          const subject = `import:${id}`
          const data = { importId: id }
          await appendEvent(trx, { sellerId, type: 'import.requested', subject, data, traceParent })
          const body = showImport(row, language, new Date())
          const fingerprint = fingerprintOf(stored.fields, stored.sha256)
          await keep(trx, { fingerprint, status: 202, body })
          return body
        })
      } catch (error) {
        await objectStore.remove(objectKey).catch((err: unknown) => {
          deps.log.warn({ err, objectKey }, 'an object of no import is left')
        })
        throw error
      }
    },
  })
  await startWorkflow(deps, answer.id)
  return answer
}

type Stored = { fields: ImportFields; bytesTotal: number; sha256: string }

/** The fields after the file are judged before the object is complete: a refusal aborts it. */
async function store(
  { seller, objectStore }: StartImportDeps,
  {
    sellerId,
    objectKey,
    upload,
    peeked,
  }: { sellerId: string; objectKey: string; upload: Upload; peeked: Peeked },
): Promise<Stored> {
  const digest = createHash('sha256')
  let bytesTotal = 0
  let fields: ImportFields | undefined

  async function* checked() {
    for await (const chunk of peeked.bytes) {
      digest.update(chunk)
      bytesTotal += chunk.length
      yield chunk
    }
    await upload.rest()
    const parsed = parseFields(upload.fields)
    await requireShop(seller, sellerId, parsed.shopId)
    fields = parsed
  }
  await objectStore.put(objectKey, checked())
  if (!fields) throw new Error('The object store did not read its source to the end')
  return { fields, bytesTotal, sha256: digest.digest('hex') }
}

async function requireShop(seller: Kysely<Database>, sellerId: string, shopId: string) {
  const shop = /^\d{1,18}$/.test(shopId)
    ? await asSeller(seller, sellerId, (trx) => findShop(trx, shopId))
    : undefined
  if (!shop) throw notFound({ ru: 'Такого магазина у вас нет.', en: 'You have no such shop.' })
}

function readable(sniffed: Sniffed): Extract<Sniffed, { ok: true }> {
  if (sniffed.ok) return sniffed
  const { problem } = sniffed
  throw new Problem('unreadable-file', {
    detail: inEveryLanguage(problem),
    extensions: { problem: { code: problem.code, ...placeOf(problem) } },
  })
}

const inEveryLanguage = (problem: FileProblem): Text => ({
  ru: describeFileProblem(problem, 'ru'),
  en: describeFileProblem(problem, 'en'),
})

const placeOf = ({ line, column }: FileProblem) => ({
  ...(line !== undefined && { line }),
  ...(column !== undefined && { column }),
})

const fingerprintOf = (fields: ImportFields, sha256: string) =>
  digestOf(JSON.stringify(['POST', '/v1/imports', fields, sha256]))

const START_WITHIN_MS = 1000

/** A shortcut only: when Temporal is slow or away, `relayEvents` starts the import by its event. */
async function startWorkflow({ workflows, log }: StartImportDeps, importId: string): Promise<void> {
  const started = workflows
    .start<ImportCatalog>(importCatalog, {
      workflowId: importWorkflowId(importId),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      taskQueue: integrationsQueue,
      args: [{ importId }],
    })
    .catch((err: unknown) => {
      if (!(err instanceof WorkflowExecutionAlreadyStartedError))
        log.warn({ err, importId }, 'the import waits for the relay')
    })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, START_WITHIN_MS)
  })
  await Promise.race([started, late])
  clearTimeout(timer)
}

const NO_FILE: Text = { ru: 'нужен файл', en: 'a file is needed' }
