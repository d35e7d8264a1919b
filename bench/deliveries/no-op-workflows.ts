import { proxyActivities } from '@temporalio/workflow'

type NoOps = { one(): Promise<void>; two(): Promise<void>; three(): Promise<void> }

const { one, two, three } = proxyActivities<NoOps>({ startToCloseTimeout: '1 minute' })

/** The least that three steps can cost. */
export async function threeNoOps(): Promise<void> {
  await one()
  await two()
  await three()
}
