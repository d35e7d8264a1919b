import { afterAll, beforeAll } from 'vitest'
import type { CarrierId } from '../../contracts/logistics.ts'
import { conforms, type Subject } from './conformance.ts'
import { startTestSimulator, type TestSimulator } from '../support/simulator.ts'
import { accountAt, nowhere, requestFor } from './simulated.ts'

let simulator: TestSimulator

beforeAll(async () => {
  simulator = await startTestSimulator({ pointCount: 2_000 })
})
afterAll(() => simulator[Symbol.asyncDispose]())

const subject = (carrier: CarrierId) => async (): Promise<Subject> => ({
  ...{ account: accountAt(simulator, carrier), request: requestFor(carrier), nowhere },
  close: async () => {},
})

conforms('the simulated CDEK', subject('cdek'))
conforms('the simulated DPD', subject('dpd'))
conforms('the simulated Uber', subject('uber'))
