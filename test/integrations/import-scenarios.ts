import { ApplicationFailure, Context, heartbeat } from '@temporalio/activity'
import type { WorkflowHandle } from '@temporalio/client'
import type { IntegrationsActivities } from '../../activities/integrations/index.ts'
import type { ParsingActivities } from '../../activities/integrations/parsing.ts'
import { cancelImport, importProgress, type ImportCatalog } from '../../contracts/integrations.ts'
import { until } from '../support/until.ts'

type Activities = Pick<
  IntegrationsActivities,
  'openImport' | 'validateStage' | 'mergeStage' | 'closeImport'
> &
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
      openImport: async () => {},
      stageRows: async () => 'staged',
      validateStage: async () => 'valid',
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
  'given-up': () =>
    scenario({
      stageRows: async () => {
        throw ApplicationFailure.nonRetryable('No format', 'UnknownFormat')
      },
    }),
} satisfies Record<string, () => ImportScenario>

async function readUntilCancelled(): Promise<'staged'> {
  const context = Context.current()
  const beat = setInterval(() => heartbeat(), 100)
  try {
    return await context.cancelled
  } finally {
    clearInterval(beat)
  }
}
