export { importCatalog } from './import-catalog.ts'
export { relayEvents } from './relay-events.ts'
