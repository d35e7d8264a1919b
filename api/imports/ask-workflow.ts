import {
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type WorkflowClient,
} from '@temporalio/client'
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common'
import {
  applyImport,
  DeactivationUnconfirmed,
  importWorkflowId,
  mappingConfirmed,
  ShownAnew,
  type ApplyImportInput,
} from '../../contracts/integrations.ts'
import type { Text } from '../language.ts'
import { unavailable } from '../problem-of.ts'
import { Problem } from '../problem.ts'
import { OVER } from './cancel-import.ts'

export type AskWorkflowDeps = { workflows: Pick<WorkflowClient, 'getHandle' | 'withDeadline'> }

const ANSWERED_WITHIN_MS = 5_000

/**
 * Lets what was shown be applied.
 * @throws {Problem} `conflict` when it is not what waits; `unavailable` when no worker answers
 */
export async function requestApply(
  { workflows }: AskWorkflowDeps,
  importId: string,
  input: ApplyImportInput,
): Promise<void> {
  try {
    await workflows.withDeadline(Date.now() + ANSWERED_WITHIN_MS, () =>
      workflows.getHandle(importWorkflowId(importId)).executeUpdate(applyImport, { args: [input] }),
    )
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw refused(error)
    if (error instanceof WorkflowNotFoundError) throw conflict(OVER, error)
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw unavailable(error, ASKED)
    throw error
  }
}

/** Wakes the import whose mapping has been told; told again, it does no harm. */
export async function tellMappingConfirmed(
  { workflows }: AskWorkflowDeps,
  importId: string,
): Promise<void> {
  try {
    await workflows.getHandle(importWorkflowId(importId)).signal(mappingConfirmed)
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw conflict(OVER, error)
    throw error
  }
}

const refused = (error: WorkflowUpdateFailedError) => {
  const type = error.cause instanceof ApplicationFailure ? error.cause.type : undefined
  if (type === DeactivationUnconfirmed) return conflict(UNCONFIRMED, error)
  return conflict(type === ShownAnew ? ANEW : NOTHING_WAITS, error)
}

export const conflict = (detail: Text, cause?: unknown) =>
  new Problem('conflict', { detail, cause })

const UNCONFIRMED: Text = {
  ru: 'Слишком много товаров снимется с продажи: подтвердите это полем confirmDeactivation.',
  en: 'Too many goods would go off sale: confirm it with confirmDeactivation.',
}
const ANEW: Text = {
  ru: 'С тех пор показано другое: посмотрите изменения ещё раз.',
  en: 'Something else is shown by now: look at the differences again.',
}
export const NOTHING_WAITS: Text = {
  ru: 'Этот импорт не ждёт применения.',
  en: 'This import does not wait to be applied.',
}
const ASKED: Text = {
  ru: 'Обработчик не ответил вовремя: применение ещё может начаться, проверьте состояние импорта.',
  en: 'No worker answered in time: it may still be applied, look at the state of the import.',
}
