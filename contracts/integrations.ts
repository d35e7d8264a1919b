import { defineQuery, defineUpdate } from '@temporalio/workflow'

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

export type ImportPhase = 'queued' | 'reading' | 'validating' | 'applying' | 'finished'
export type ImportProgress = { phase: ImportPhase; refills: number }

/** Where the import stands; the numbers are in PostgreSQL, which answers while workers are down. */
export const importProgress = defineQuery<ImportProgress>('importProgress')

/** Refused with `ImportBeyondCancel` once rows are being applied: an import is never half-applied. */
export const cancelImport = defineUpdate<void>('cancelImport')
export const ImportBeyondCancel = 'ImportBeyondCancel'
