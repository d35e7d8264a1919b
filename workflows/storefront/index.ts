export { projectChanges } from './project-changes.ts'
