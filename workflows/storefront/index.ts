export { projectChanges } from './project-changes.ts'
export { refreshSuggestions } from './refresh-suggestions.ts'
export { reindexCatalog } from './reindex-catalog.ts'
export { checkDrift } from './check-drift.ts'
