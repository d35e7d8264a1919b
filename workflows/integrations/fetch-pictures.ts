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
export async function fetchPictures({ shopId }: FetchPicturesInput): Promise<void> {
  let changed = true
  setHandler(catalogueChanged, () => {
    changed = true
  })

  for (;;) {
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished)
      await continueAsNew<typeof fetchPictures>({ shopId })
    }
    if (changed) {
      changed = false
      await notePictures({ shopId })
    }
    const { tried, nextTryInSeconds } = await fetchDuePictures({ shopId })
    if (tried > 0 || changed) continue
    if (nextTryInSeconds === null) return
    await condition(() => changed, nextTryInSeconds * 1000)
  }
}
