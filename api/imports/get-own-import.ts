import type { Kysely } from 'kysely'
import type { Database } from '../../db/database.ts'
import { findImport } from '../../db/integrations/import-queries.ts'
import type { Import } from '../../db/integrations/imports.ts'
import { asSeller } from '../../db/tenancy.ts'
import { notFound } from '../problem.ts'
import { isImportId } from './import-view.ts'

/** @throws {Problem} `not-found` for what is none, and for another seller's */
export async function getOwnImport(
  seller: Kysely<Database>,
  sellerId: string,
  importId: string,
): Promise<Import> {
  const row = isImportId(importId)
    ? await asSeller(seller, sellerId, (trx) => findImport(trx, importId))
    : undefined
  if (!row) throw notFound()
  return row
}
