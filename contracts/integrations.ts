import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'

export const integrationsQueue = 'integrations'
/** Parsing is CPU work: its own queue and process, so that it never starves workflow tasks. */
export const parsingQueue = 'parsing'

export const importWorkflowId = (importId: string) => `import:${importId}`
export const relayWorkflowId = 'relay:events'

/** Workflow types by name: callers start them without importing their code. */
export const importCatalog = 'importCatalog'
export const relayEvents = 'relayEvents'

export type ImportCatalogInput = { importId: string }
export type ImportCatalogResult = { state: 'completed' | 'failed' | 'cancelled' }
export type ImportCatalog = (input: ImportCatalogInput) => Promise<ImportCatalogResult>
export type RelayEvents = () => Promise<void>

export type ImportPhase =
  | 'queued'
  | 'fetching'
  | 'reading'
  | 'awaiting-mapping'
  | 'validating'
  | 'comparing'
  | 'awaiting-apply'
  | 'applying'
  | 'finished'
export type ImportProgress = { phase: ImportPhase; refills: number }

/** `clear`: apply at once. `shown`: a person decides. `done`: nothing is left to apply. */
export type Review =
  | { verdict: 'clear' }
  | { verdict: 'done' }
  | { verdict: 'emptied' }
  | {
      verdict: 'shown'
      /** Counts the showings: an apply names the one that it saw. */
      shown: number
      /** Too much would be taken off sale to go without being confirmed. */
      held: boolean
    }

/** Where the import stands; the numbers are in PostgreSQL, which answers while workers are down. */
export const importProgress = defineQuery<ImportProgress>('importProgress')

/** Refused with `ImportBeyondCancel` once rows are being applied: an import is never half-applied. */
export const cancelImport = defineUpdate<void>('cancelImport')
export const ImportBeyondCancel = 'ImportBeyondCancel'

export type ApplyImportInput = { shown: number; confirmDeactivation: boolean }
/**
 * Applies what was shown. Refused with `NothingToApply` when nothing waits, `ShownAnew` when something else is shown by
 * now, `DeactivationUnconfirmed` when too much would be taken off sale without a word on it.
 */
export const applyImport = defineUpdate<void, [ApplyImportInput]>('applyImport')
export const NothingToApply = 'NothingToApply'
export const ShownAnew = 'ShownAnew'
export const DeactivationUnconfirmed = 'DeactivationUnconfirmed'

/** The seller has said what the columns are; the mapping stands in PostgreSQL. */
export const mappingConfirmed = defineSignal('mappingConfirmed')
/** The import of the same shop that ran has let go. */
export const turnFreed = defineSignal('turnFreed')
