import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PicturesActivities } from '../../activities/integrations/pictures.ts'
import {
  catalogueChanged,
  fetchPictures,
  picturesQueue,
  picturesWorkflowId,
  type FetchPictures,
} from '../../contracts/fetching.ts'
import { integrationsQueue } from '../../contracts/integrations.ts'
import { runWorkflow, startTimeSkipping, type WorkflowRun } from '../support/temporal.ts'
import { until } from '../support/until.ts'

let server: TestWorkflowEnvironment

beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

let shops = 0
const run = (
  scenario: string,
  activities: PicturesActivities,
  meanwhile?: WorkflowRun<FetchPictures>['meanwhile'],
) => {
  const shopId = String(++shops)
  return runWorkflow<FetchPictures>(server, {
    workflows: integrationsQueue,
    activities: { [picturesQueue]: activities },
    type: fetchPictures,
    scenario,
    start: {
      workflowId: picturesWorkflowId(shopId),
      taskQueue: integrationsQueue,
      args: [{ shopId, importIds: ['first'] }],
    },
    ...(meanwhile ? { meanwhile } : {}),
  })
}

/** A shop in memory: so many pictures are due, and so many wait for another try. */
function fakeShop(due: number, waiting = 0) {
  const seen = { noted: [] as string[][], tried: [] as number[] }
  const activities: PicturesActivities = {
    async notePictures({ importIds }) {
      seen.noted.push(importIds)
    },
    async fetchDuePictures() {
      const tried = Math.min(due, 100)
      const nextTryInSeconds = waiting > 0 ? 60 : null
      seen.tried.push(tried)
      due -= tried
      // When it comes back after its wait, what waited is due.
      if (tried === 0) [due, waiting] = [waiting, 0]
      return { tried, nextTryInSeconds }
    },
  }
  return { seen, activities }
}

describe('fetchPictures', () => {
  it('fetches some at a time until there are no more', async () => {
    const shop = fakeShop(250)
    await run('completed', shop.activities)
    expect(shop.seen.noted).toEqual([['first']])
    expect(shop.seen.tried).toEqual([100, 100, 50, 0])
  })

  it('waits for what is to be tried again', async () => {
    const shop = fakeShop(1, 3)
    await run('waited', shop.activities)
    expect(shop.seen.tried).toEqual([1, 0, 3, 0])
  })

  it('looks for new pictures when the catalogue changes while it fetches', async () => {
    const shop = fakeShop(100)
    const { fetchDuePictures } = shop.activities
    let signalled = false
    const activities = {
      ...shop.activities,
      async fetchDuePictures(of: { shopId: string }) {
        await until(() => signalled)
        return fetchDuePictures(of)
      },
    }
    await run('signalled', activities, async (handle) => {
      await until(() => shop.seen.noted.length === 1)
      await handle.signal(catalogueChanged, 'second')
      await handle.signal(catalogueChanged, 'third')
      signalled = true
    })
    expect(shop.seen.noted).toEqual([['first'], ['second', 'third']])
  })
})
