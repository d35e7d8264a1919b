export { projectChanges } from './project-changes.ts'
export { refreshSuggestions } from './refresh-suggestions.ts'
