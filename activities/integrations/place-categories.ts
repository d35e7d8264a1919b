import type { Transaction } from 'kysely'
import { ensureCategories } from '../../db/catalog/ensure-categories.ts'
import type { Database } from '../../db/database.ts'
import { findChosenCategories, noteCategories } from '../../db/integrations/category-mappings.ts'
import type { Import } from '../../db/integrations/imports.ts'
import { insertRowErrors } from '../../db/integrations/row-errors.ts'
import { listStagedCategories } from '../../db/integrations/stage.ts'
import { mapStagedCategories } from '../../db/integrations/validate-stage.ts'
import { arrangeCategories } from '../../domain/integrations/category-tree.ts'

type Placed = { path: string; categoryId: string }

/**
 * Finds each of the file's categories its place in the marketplace's tree: where the seller has put it, else by its name
 * under its parent's place. What was found is noted, for the seller to see and to change.
 */
export async function placeCategories(
  trx: Transaction<Database>,
  { id: importId, sellerId, shopId }: Import,
): Promise<void> {
  const staged = await listStagedCategories(trx, importId)
  const { levels, orphans } = arrangeCategories(
    staged.map(({ externalId, parentExternalId, name }) => ({
      externalId,
      name,
      ...(parentExternalId === null ? {} : { parentExternalId }),
    })),
  )
  const chosen = await findChosenCategories(trx, shopId)
  const placed = new Map<string, Placed>()
  for (const level of levels) {
    const found = level.map(({ externalId, parentExternalId, name }) => {
      const parent = parentExternalId === undefined ? undefined : placed.get(parentExternalId)
      const path = parent ? `${parent.path} > ${name}` : name
      return { externalId, parentId: parent?.categoryId ?? null, name, path }
    })
    const others = found.filter(({ path }) => !chosen.has(path))
    const ids = await ensureCategories(trx, others)
    others.forEach(({ externalId, path }, index) =>
      placed.set(externalId, { path, categoryId: ids[index]! }),
    )
    for (const { externalId, path } of found) {
      const categoryId = chosen.get(path)
      if (categoryId !== undefined) placed.set(externalId, { path, categoryId })
    }
  }
  await mapStagedCategories(
    trx,
    importId,
    [...placed.keys()],
    [...placed.values()].map(({ categoryId }) => categoryId),
  )
  await noteCategories(trx, { sellerId, shopId }, [...placed.values()])
  await insertRowErrors(
    trx,
    { importId, sellerId },
    orphans.map(({ externalId, parentExternalId }) => ({
      row: 0,
      externalId,
      field: 'parentId',
      code: 'category-parent-unknown',
      level: 'warning',
      value: parentExternalId ?? '',
    })),
  )
}
