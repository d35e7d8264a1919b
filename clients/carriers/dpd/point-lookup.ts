import type { CarrierPoint } from '../carrier.ts'
import { within, type Deadline } from '../deadline.ts'

/**
 * DPD has no question for one point: the list of them all is asked for. Whoever asks while it is being read waits for the
 * same list.
 */
export function createPointLookup(read: () => AsyncIterable<CarrierPoint[]>) {
  let reading: Promise<Map<string, CarrierPoint>> | undefined

  async function readAll(): Promise<Map<string, CarrierPoint>> {
    const all = new Map<string, CarrierPoint>()
    for await (const page of read()) for (const point of page) all.set(point.code, point)
    return all
  }

  /** @throws {Unanswered} */
  return async (code: string, deadline: Deadline): Promise<CarrierPoint | undefined> => {
    reading ??= readAll().finally(() => (reading = undefined))
    return (await within(deadline, reading)).get(code)
  }
}
