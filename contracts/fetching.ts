import { defineSignal } from '@temporalio/workflow'

/** Whatever waits for servers of sellers has queues of its own: a slow site must not hold up imports or the relay. */
export const fetchingQueue = 'fetching'
export const picturesQueue = 'pictures'

export const sourceScheduleId = (sourceId: string) => `import-source:${sourceId}`
/** Of a run that a seller asked for; Temporal adds the instant to the id of a scheduled one. */
export const sourceRunWorkflowId = (sourceId: string) => `import-from-source:${sourceId}`
export const picturesWorkflowId = (shopId: string) => `pictures:${shopId}`

/** Workflow types by name: callers start them without importing their code. */
export const importFromSource = 'importFromSource'
export const fetchPictures = 'fetchPictures'

export type ImportFromSourceInput = { sourceId: string }
/** `busy`: the import before is not over; `gone`: the source was deleted. */
export type ImportFromSourceResult = {
  outcome: 'imported' | 'unchanged' | 'failed' | 'busy' | 'gone'
}
export type ImportFromSource = (input: ImportFromSourceInput) => Promise<ImportFromSourceResult>

/** `importIds`: signalled before it continued as new. */
export type FetchPicturesInput = { shopId: string; importIds?: string[] }
export type FetchPictures = (input: FetchPicturesInput) => Promise<void>

/** An import is over: the products that it wrote may have pictures that nobody has looked for yet. */
export const catalogueChanged = defineSignal<[importId: string]>('catalogueChanged')
