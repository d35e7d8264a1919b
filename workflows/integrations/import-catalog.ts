import {
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow'
import type { IntegrationsActivities } from '../../activities/integrations/index.ts'
import type { MergingActivities } from '../../activities/integrations/merging.ts'
import type { ParsingActivities } from '../../activities/integrations/parsing.ts'
import type { ReportingActivities } from '../../activities/integrations/reporting.ts'
import type { ReviewingActivities } from '../../activities/integrations/reviewing.ts'
import type { SourcesActivities } from '../../activities/integrations/sources.ts'
import {
  applyImport,
  cancelImport,
  DeactivationUnconfirmed,
  ImportBeyondCancel,
  importProgress,
  mappingConfirmed,
  NothingToApply,
  parsingQueue,
  ShownAnew,
  turnFreed,
  type ApplyImportInput,
  type ImportCatalogInput,
  type ImportCatalogResult,
  type ImportPhase,
} from '../../contracts/integrations.ts'
import { fetchingQueue } from '../../contracts/fetching.ts'
import * as policies from '../policies.ts'

const { stageRows } = proxyActivities<ParsingActivities>({
  ...policies.long,
  taskQueue: parsingQueue,
})
const { writeErrorReport } = proxyActivities<ReportingActivities>({
  ...policies.optional,
  taskQueue: parsingQueue,
})
const { fetchSource } = proxyActivities<SourcesActivities>({
  ...policies.fetching,
  taskQueue: fetchingQueue,
})
const { takeTurn, isStored } = proxyActivities<IntegrationsActivities>(policies.read)
const { validateStage, closeImport } = proxyActivities<IntegrationsActivities>(policies.mustLand)
const { mergeStage } = proxyActivities<MergingActivities>(policies.mustLand)
const { reviewStage } = proxyActivities<ReviewingActivities>(policies.mustLand)

/** How long a person may take to decide. */
const DECIDED_WITHIN = '7 days'
/** Nobody tells of a turn when its event is late: then the import asks, ever more rarely. */
const MOST_MINUTES_BETWEEN_ASKS = 30

type Preparation = 'ready' | 'done' | 'unreadable' | 'undecided'

/**
 * Brings a seller's file into the catalogue: all of its good rows, or nothing of a file that breaks. Imports of one shop
 * take turns. A dry run, and a replacement that would take too much off sale, is shown first and applied as it was shown.
 * Can be cancelled until rows are being applied.
 */
export async function importCatalog({
  importId,
}: ImportCatalogInput): Promise<ImportCatalogResult> {
  let phase: ImportPhase = 'queued'
  let refills = 0
  let turnsFreed = 0
  let isMappingConfirmed = false
  let shown: { shown: number; held: boolean } | undefined
  let decided = false
  let appliedBefore = false
  let cancellable: CancellationScope | undefined

  setHandler(importProgress, () => ({ phase, refills }))
  setHandler(turnFreed, () => void turnsFreed++)
  setHandler(mappingConfirmed, () => void (isMappingConfirmed = true))
  setHandler(applyImport, () => void (decided = true), {
    validator: (apply) => refuseApply(shown, apply),
  })
  setHandler(cancelImport, () => cancellable?.cancel(), {
    validator: () => {
      if (!cancellable)
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
    for (;;) {
      const prepared = await untilCancelled(prepare)
      if (prepared === 'unreadable') return await close({ state: 'failed' })
      if (prepared === 'undecided') return await close(given())
      if (prepared === 'done') return await close({ state: 'completed' })
      await CancellationScope.nonCancellable(apply)
      if (!shown) return await close({ state: 'completed' })
      appliedBefore = true
    }
  } catch (error) {
    if (isCancellation(error)) return close(given())
    await close({ state: 'failed' }, 'internal')
    throw error
  }

  /** What is left is given up: of what was shown anew after an apply, the apply remains. */
  function given(): ImportCatalogResult {
    return { state: appliedBefore ? 'completed' : 'cancelled' }
  }

  async function untilCancelled<T>(work: () => Promise<T>): Promise<T> {
    cancellable = new CancellationScope()
    try {
      return await cancellable.run(work)
    } finally {
      cancellable = undefined
    }
  }

  async function prepare(): Promise<Preparation> {
    await waitForTurn()
    if (!(await fetch())) return 'unreadable'
    for (;;) {
      const filled = await fill()
      if (filled !== 'valid') return filled
      phase = 'comparing'
      const review = await reviewStage({ importId })
      switch (review.verdict) {
        case 'clear':
          return 'ready'
        case 'done':
          return 'done'
        case 'emptied':
          refills++
          continue
        case 'shown':
          shown = review
          decided = false
          phase = 'awaiting-apply'
          if (!(await condition(() => decided, DECIDED_WITHIN))) return 'undecided'
          await waitForTurn()
          return 'ready'
      }
    }
  }

  async function waitForTurn(): Promise<void> {
    phase = 'queued'
    for (let asked = 0; ; asked++) {
      const freedBefore = turnsFreed
      if (await takeTurn({ importId })) return
      const minutes = Math.min(2 ** asked, MOST_MINUTES_BETWEEN_ASKS)
      await condition(() => turnsFreed > freedBefore, `${minutes} minutes`)
    }
  }

  /** Gets the file of an import by URL; false when there is none to be had. */
  async function fetch(): Promise<boolean> {
    if (await isStored({ importId })) return true
    phase = 'fetching'
    return (await fetchSource({ importId })) === 'fetched'
  }

  /** Reads and checks the whole file. */
  async function fill(): Promise<'valid' | 'unreadable' | 'undecided'> {
    for (;;) {
      phase = 'reading'
      const staged = await stageRows({ importId })
      if (staged === 'malformed') return 'unreadable'
      if (staged === 'mapping-needed') {
        phase = 'awaiting-mapping'
        if (!(await condition(() => isMappingConfirmed, DECIDED_WITHIN))) return 'undecided'
        await waitForTurn()
        continue
      }
      phase = 'validating'
      if ((await validateStage({ importId })) === 'valid') {
        await report()
        return 'valid'
      }
      refills++
    }
  }

  /** Without the workbook the import is as good: the reasons are told row by row. */
  async function report(): Promise<void> {
    try {
      await writeErrorReport({ importId })
    } catch (error) {
      if (isCancellation(error)) throw error
    }
  }

  async function apply(): Promise<void> {
    for (;;) {
      phase = 'applying'
      if ((await mergeStage({ importId })) === 'merged') return
      refills++
      await fill()
    }
  }
}

function refuseApply(
  waiting: { shown: number; held: boolean } | undefined,
  { shown, confirmDeactivation }: ApplyImportInput,
): void {
  if (!waiting) throw ApplicationFailure.nonRetryable('Nothing waits', NothingToApply)
  if (waiting.shown !== shown)
    throw ApplicationFailure.nonRetryable('Something else is shown by now', ShownAnew)
  if (waiting.held && !confirmDeactivation)
    throw ApplicationFailure.nonRetryable(
      'Too much would be taken off sale',
      DeactivationUnconfirmed,
    )
}
