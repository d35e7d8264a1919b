export { importCatalog } from './import-catalog.ts'
export { relayEvents } from './relay-events.ts'
export { publishFeed } from './publish-feed.ts'
