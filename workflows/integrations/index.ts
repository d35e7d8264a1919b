export { fetchPictures } from './fetch-pictures.ts'
export { importCatalog } from './import-catalog.ts'
export { importFromSource } from './import-from-source.ts'
export { relayEvents } from './relay-events.ts'
