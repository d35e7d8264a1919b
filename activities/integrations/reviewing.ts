import type { Kysely, Transaction } from 'kysely'
import type { Review } from '../../contracts/integrations.ts'
import type { Database } from '../../db/database.ts'
import { appendEvent } from '../../db/events.ts'
import { countAbsent, countDiff, diffStage } from '../../db/integrations/diff-stage.ts'
import {
  countRestAsUnchanged,
  lockImport,
  showForApply,
  type Import,
} from '../../db/integrations/imports.ts'
import { dropLanes } from '../../db/integrations/lanes.ts'
import { isStageEmptied } from '../../db/integrations/stage.ts'
import { isMassDeactivation } from '../../domain/integrations/mass-deactivation.ts'
import { heartbeating } from '../heartbeating.ts'

export type ReviewingDeps = {
  /** Connected as the role `system`. */
  system: Kysely<Database>
}
export type ReviewingActivities = ReturnType<typeof createReviewingActivities>

export const createReviewingActivities = ({ system }: ReviewingDeps) => ({
  /**
   * Decides whether the staged rows may be applied, or must be shown to a person first: in a dry run, or when a whole
   * replacement would take too much off sale. What is shown is kept field by field, with the state that it was compared
   * with. Asked again after an apply, it shows what changed meanwhile and was therefore left alone.
   */
  reviewStage: ({ importId }: { importId: string }): Promise<Review> =>
    heartbeating(() =>
      system.transaction().execute(async (trx) => {
        const imported = await lockImport(trx, importId)
        if (await isStageEmptied(trx, imported)) return { verdict: 'emptied' }
        const held =
          imported.mode === 'replace' && isMassDeactivation(await countAbsent(trx, imported))
        if (!imported.dryRun && !held && imported.shown === 0) return { verdict: 'clear' }
        await diffStage(trx, imported)
        const counts = await countDiff(trx, importId)
        if (Object.values(counts).every((count) => count === '0')) {
          await countRestAsUnchanged(trx, importId)
          return { verdict: 'done' }
        }
        const shown = imported.shown + 1
        await dropLanes(trx, importId)
        await showForApply(trx, importId, { shown, held, ...counts })
        await tell(trx, imported)
        return { verdict: 'shown', shown, held }
      }),
    ),
})

const tell = (trx: Transaction<Database>, { id, sellerId, shopId, traceParent }: Import) =>
  appendEvent(trx, {
    sellerId,
    type: 'import.awaiting-apply',
    subject: `import:${id}`,
    data: { importId: id, shopId },
    traceParent,
  })
