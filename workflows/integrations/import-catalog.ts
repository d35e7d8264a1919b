import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow'
import type { IntegrationsActivities } from '../../activities/integrations/index.ts'
import type { ParsingActivities } from '../../activities/integrations/parsing.ts'
import {
  cancelImport,
  ImportBeyondCancel,
  importProgress,
  parsingQueue,
  type ImportCatalogInput,
  type ImportCatalogResult,
  type ImportPhase,
} from '../../contracts/integrations.ts'
import * as policies from '../policies.ts'

const { stageRows } = proxyActivities<ParsingActivities>({
  ...policies.long,
  taskQueue: parsingQueue,
})
const { openImport } = proxyActivities<IntegrationsActivities>(policies.read)
const { validateStage, mergeStage, closeImport } = proxyActivities<IntegrationsActivities>(
  policies.mustLand,
)

/**
 * Brings a seller's file into the catalogue: all of its good rows, or nothing of a file that breaks. Can be cancelled
 * until rows are being applied.
 */
export async function importCatalog({
  importId,
}: ImportCatalogInput): Promise<ImportCatalogResult> {
  let phase: ImportPhase = 'queued'
  let refills = 0
  let beyondCancel = false
  const preparation = new CancellationScope()

  setHandler(importProgress, () => ({ phase, refills }))
  setHandler(cancelImport, () => preparation.cancel(), {
    validator: () => {
      if (beyondCancel)
        throw ApplicationFailure.nonRetryable('Rows are being applied', ImportBeyondCancel)
    },
  })

  const close = async (result: ImportCatalogResult, problem?: string) => {
    await CancellationScope.nonCancellable(() =>
      closeImport({ importId, ...result, ...(problem ? { problem } : {}) }),
    )
    phase = 'finished'
    return result
  }

  try {
    const readable = await preparation.run(async () => {
      await openImport({ importId })
      return prepare()
    })
    if (!readable) return await close({ state: 'failed' })
    beyondCancel = true
    await CancellationScope.nonCancellable(apply)
    return await close({ state: 'completed' })
  } catch (error) {
    if (isCancellation(error)) return close({ state: 'cancelled' })
    await close({ state: 'failed' }, 'internal')
    throw error
  }

  /** Reads and checks the whole file; false when it cannot be read. */
  async function prepare(): Promise<boolean> {
    for (;;) {
      phase = 'reading'
      if ((await stageRows({ importId })) === 'malformed') return false
      phase = 'validating'
      if ((await validateStage({ importId })) === 'valid') return true
      refills++
    }
  }

  async function apply(): Promise<void> {
    for (;;) {
      phase = 'applying'
      if ((await mergeStage({ importId })) === 'merged') return
      refills++
      await prepare()
    }
  }
}
