import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { PicturesActivities } from '../../activities/integrations/pictures.ts'
import {
  catalogueChanged,
  picturesQueue,
  type FetchPicturesInput,
} from '../../contracts/fetching.ts'
import * as policies from '../policies.ts'

const { notePictures, fetchDuePictures } = proxyActivities<PicturesActivities>({
  ...policies.fetching,
  taskQueue: picturesQueue,
})

/** Fetches the pictures of one shop's products until each is stored or given up. Imports meanwhile only signal. */
export async function fetchPictures({ shopId, importIds = [] }: FetchPicturesInput): Promise<void> {
  setHandler(catalogueChanged, (importId) => void importIds.push(importId))

  for (;;) {
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished)
      await continueAsNew<typeof fetchPictures>({ shopId, importIds })
    }
    if (importIds.length > 0) await notePictures({ shopId, importIds: importIds.splice(0) })
    const { tried, nextTryInSeconds } = await fetchDuePictures({ shopId })
    if (tried > 0 || importIds.length > 0) continue
    if (nextTryInSeconds === null) return
    await condition(() => importIds.length > 0, nextTryInSeconds * 1000)
  }
}
