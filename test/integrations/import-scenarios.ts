import { ApplicationFailure, Context, heartbeat } from '@temporalio/activity'
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client'
import type { IntegrationsActivities } from '../../activities/integrations/index.ts'
import type { MergingActivities } from '../../activities/integrations/merging.ts'
import type { ParsingActivities } from '../../activities/integrations/parsing.ts'
import type { ReportingActivities } from '../../activities/integrations/reporting.ts'
import type { ReviewingActivities } from '../../activities/integrations/reviewing.ts'
import type { SourcesActivities } from '../../activities/integrations/sources.ts'
import {
  applyImport,
  cancelImport,
  importProgress,
  mappingConfirmed,
  turnFreed,
  type ImportCatalog,
  type Review,
} from '../../contracts/integrations.ts'
import { until } from '../support/until.ts'

type Activities = IntegrationsActivities &
  MergingActivities &
  ReviewingActivities &
  ReportingActivities &
  Pick<SourcesActivities, 'fetchSource'> &
  Pick<ParsingActivities, 'stageRows'>
type Handle = WorkflowHandle<ImportCatalog>

/** Fakes for one course of an import, and what happens while it runs. `closed` is what the import was ended with. */
export type ImportScenario = {
  activities: Activities
  closed: Parameters<Activities['closeImport']>[0][]
  meanwhile?(handle: Handle): Promise<unknown>
}

function scenario(
  different: Partial<Activities> = {},
  meanwhile?: ImportScenario['meanwhile'],
): ImportScenario {
  const closed: ImportScenario['closed'] = []
  return {
    closed,
    activities: {
      takeTurn: async () => true,
      isStored: async () => true,
      fetchSource: async () => 'fetched',
      stageRows: async () => 'staged',
      validateStage: async () => 'valid',
      writeErrorReport: async () => 'nothing',
      reviewStage: async () => ({ verdict: 'clear' }),
      mergeStage: async () => 'merged',
      closeImport: async (end) => void closed.push(end),
      ...different,
    },
    ...(meanwhile ? { meanwhile } : {}),
  }
}

/** Answers that come one after the other; the last one stays. */
const inTurn = <T>(...answers: T[]) => {
  let asked = 0
  return async () => answers[Math.min(asked++, answers.length - 1)]!
}

const untilPhase = (handle: Handle, phase: string) =>
  until(async () => (await handle.query(importProgress)).phase === phase, { what: phase })

const shown = (number: number, held = false): Review => ({ verdict: 'shown', shown: number, held })
const done: Review = { verdict: 'done' }

const apply = (handle: Handle, number: number, confirmDeactivation = false) =>
  handle.executeUpdate(applyImport, { args: [{ shown: number, confirmDeactivation }] })

/** Every branch of the workflow, by name; each call makes a fresh one. */
export const importScenarios = {
  completed: () => scenario(),
  malformed: () => scenario({ stageRows: async () => 'malformed' }),
  'emptied-before-the-check': () =>
    scenario({ validateStage: inTurn<'emptied' | 'valid'>('emptied', 'valid') }),
  'emptied-while-applying': () =>
    scenario({ mergeStage: inTurn<'emptied' | 'merged'>('emptied', 'merged') }),
  'cancelled-while-reading': () =>
    scenario({ stageRows: readUntilCancelled }, async (handle) => {
      await untilPhase(handle, 'reading')
      await handle.executeUpdate(cancelImport)
    }),
  'cancelled-from-outside': () =>
    scenario({ stageRows: readUntilCancelled }, async (handle) => {
      await untilPhase(handle, 'reading')
      await handle.cancel()
    }),
  'cancelled-too-late': () => {
    let refused = false
    return scenario(
      {
        mergeStage: async () => {
          await until(() => refused)
          return 'merged'
        },
      },
      async (handle) => {
        await untilPhase(handle, 'applying')
        await handle.executeUpdate(cancelImport).catch(() => (refused = true))
      },
    )
  },
  'waits-for-its-turn': () =>
    scenario({ takeTurn: inTurn(false, true) }, async (handle) => {
      await untilPhase(handle, 'queued')
      await handle.signal(turnFreed)
    }),
  'asks-for-its-turn': () => scenario({ takeTurn: inTurn(false, false, true) }),
  'mapping-told': () =>
    scenario(
      { stageRows: inTurn<'mapping-needed' | 'staged'>('mapping-needed', 'staged') },
      async (handle) => {
        await untilPhase(handle, 'awaiting-mapping')
        await handle.signal(mappingConfirmed)
      },
    ),
  'mapping-never-told': () => scenario({ stageRows: async () => 'mapping-needed' }),
  'shown-and-applied': () =>
    scenario({ reviewStage: inTurn(shown(1), done) }, async (handle) => {
      await untilPhase(handle, 'awaiting-apply')
      await apply(handle, 1)
    }),
  'nothing-to-show': () => scenario({ reviewStage: async () => done }),
  'shown-anew': () =>
    scenario({ reviewStage: inTurn(shown(1), shown(2), done) }, async (handle) => {
      await untilPhase(handle, 'awaiting-apply')
      await apply(handle, 1)
      await until(() => apply(handle, 2).then(() => true, isRefused), { what: 'shown anew' })
    }),
  'shown-anew-and-left': () =>
    scenario({ reviewStage: inTurn(shown(1), shown(2)) }, async (handle) => {
      await untilPhase(handle, 'awaiting-apply')
      await apply(handle, 1)
      await untilPhase(handle, 'awaiting-apply')
      await handle.executeUpdate(cancelImport)
    }),
  'shown-and-declined': () =>
    scenario({ reviewStage: async () => shown(1) }, async (handle) => {
      await untilPhase(handle, 'awaiting-apply')
      await handle.executeUpdate(cancelImport)
    }),
  'never-decided': () => scenario({ reviewStage: async () => shown(1) }),
  'emptied-before-the-showing': () =>
    scenario({ reviewStage: inTurn<Review>({ verdict: 'emptied' }, { verdict: 'clear' }) }),
  'mass-deactivation-confirmed': () =>
    scenario({ reviewStage: inTurn(shown(1, true), done) }, async (handle) => {
      await untilPhase(handle, 'awaiting-apply')
      await apply(handle, 1).catch(() => {})
      await apply(handle, 1, true)
    }),
  'fetched-first': () => scenario({ isStored: async () => false }),
  'not-to-be-fetched': () =>
    scenario({ isStored: async () => false, fetchSource: async () => 'refused' }),
  'without-a-report': () =>
    scenario({
      writeErrorReport: async () => {
        throw ApplicationFailure.nonRetryable('No room')
      },
    }),
  'given-up': () =>
    scenario({
      stageRows: async () => {
        throw ApplicationFailure.nonRetryable('No format', 'UnknownFormat')
      },
    }),
} satisfies Record<string, () => ImportScenario>

const isRefused = (error: unknown) => {
  if (error instanceof WorkflowUpdateFailedError) return false
  throw error
}

async function readUntilCancelled(): Promise<'staged'> {
  const context = Context.current()
  const beat = setInterval(() => heartbeat(), 100)
  try {
    return await context.cancelled
  } finally {
    clearInterval(beat)
  }
}
