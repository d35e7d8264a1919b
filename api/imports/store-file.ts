import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { ObjectStore } from '../../clients/object-store.ts'
import type { Database } from '../../db/database.ts'
import { findShop } from '../../db/integrations/import-queries.ts'
import { asSeller } from '../../db/tenancy.ts'
import { describeFileProblem } from '../../domain/integrations/describe-file-problem.ts'
import type { FileProblem } from '../../domain/integrations/file-problem.ts'
import { PEEK_BYTES, sniff, type Sniffed } from '../../domain/integrations/sniff.ts'
import { notFound, Problem } from '../problem.ts'
import { parseFields, type ImportFields } from './import-fields.ts'
import { peek } from './peek.ts'
import type { Upload, UploadedFile } from './upload.ts'

export type StoreFileDeps = {
  seller: Kysely<Database>
  objectStore: Pick<ObjectStore, 'put'>
}

export type StoredFile = {
  fields: ImportFields
  format: string
  encoding: string
  bytesTotal: number
  sha256: string
}

/**
 * Streams the file into the object store while it is hashed. Its first bytes are judged before anything is stored, the
 * fields after it before the object is complete: whatever is refused leaves nothing behind.
 */
export async function storeFile(
  { seller, objectStore }: StoreFileDeps,
  sellerId: string,
  objectKey: string,
  { fields, rest }: Upload,
  file: UploadedFile,
): Promise<StoredFile> {
  const shopId = fields.get('shopId')
  if (shopId !== undefined) await requireShop(seller, sellerId, shopId)
  const { head, isWhole, bytes } = await peek(file.bytes, PEEK_BYTES)
  const { format, encoding } = readable(sniff(head, isWhole))

  const digest = createHash('sha256')
  let bytesTotal = 0
  let allFields: ImportFields | undefined
  async function* judged() {
    for await (const chunk of bytes) {
      digest.update(chunk)
      bytesTotal += chunk.length
      yield chunk
    }
    await rest()
    const parsed = parseFields(fields)
    await requireShop(seller, sellerId, parsed.shopId)
    allFields = parsed
  }
  await objectStore.put(objectKey, judged())
  if (!allFields) throw new Error('The object store did not read its source to the end')
  return { fields: allFields, format, encoding, bytesTotal, sha256: digest.digest('hex') }
}

/** @throws {Problem} `not-found` */
export async function requireShop(seller: Kysely<Database>, sellerId: string, shopId: string) {
  const shop = /^\d{1,18}$/.test(shopId)
    ? await asSeller(seller, sellerId, (trx) => findShop(trx, shopId))
    : undefined
  if (!shop) throw notFound({ ru: 'Такого магазина у вас нет.', en: 'You have no such shop.' })
}

function readable(sniffed: Sniffed): Extract<Sniffed, { ok: true }> {
  if (sniffed.ok) return sniffed
  const { problem } = sniffed
  throw new Problem('unreadable-file', {
    detail: { ru: describeFileProblem(problem, 'ru'), en: describeFileProblem(problem, 'en') },
    extensions: { problem: placeOf(problem) },
  })
}

const placeOf = ({ code, line, column }: FileProblem) => ({
  code,
  ...(line !== undefined && { line }),
  ...(column !== undefined && { column }),
})
