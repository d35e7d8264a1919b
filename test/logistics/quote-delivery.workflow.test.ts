import { WorkflowFailedError } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  logisticsQueue,
  quoteDelivery,
  quoteWorkflowId,
  type QuoteDelivery,
  type QuoteDeliveryInput,
} from '../../contracts/logistics.ts'
import { runWorkflow, startTimeSkipping } from '../support/temporal.ts'

let server: TestWorkflowEnvironment
beforeAll(async () => {
  server = await startTimeSkipping()
})
afterAll(() => server.teardown())

const input: QuoteDeliveryInput = {
  ...{ sellerId: '7', warehouseId: '3', cityId: 'msk' },
  parcels: [{ weightG: 900, lengthMm: 200, widthMm: 150, heightMm: 100 }],
  declared: { amount: 0, currency: 'RUB' },
}
const answer = { ranked: [], leftOut: [], explained: { ru: '—', en: '—' } }

function run(scenario: string, askForQuotes: (asked: QuoteDeliveryInput) => Promise<unknown>) {
  return runWorkflow<QuoteDelivery>(server, {
    ...{ workflows: logisticsQueue, type: quoteDelivery, scenario },
    activities: { [logisticsQueue]: { askForQuotes } },
    start: {
      ...{ workflowId: quoteWorkflowId(scenario), taskQueue: logisticsQueue, args: [input] },
      workflowExecutionTimeout: '20 seconds',
    },
  })
}

describe('quoteDelivery', () => {
  it('asks again after a failure, and answers what carriers say', async () => {
    const asked: QuoteDeliveryInput[] = []
    const result = await run('asked-again', async (what) => {
      asked.push(what)
      if (asked.length === 1) throw new Error('no database')
      return answer
    })
    expect(result).toEqual(answer)
    expect(asked).toEqual([input, input])
  })

  it('ends when nobody waits for it any more', async () => {
    const running = run('too-late', async () => {
      throw new Error('no database')
    })
    await expect(running).rejects.toThrow(WorkflowFailedError)
  })
})
