import type { Client } from '@elastic/elasticsearch'
import { setTimeout as pause } from 'node:timers/promises'
import { createBulkGate, type BulkGate } from './bulk-gate.ts'
import { FIRST_PACE, MOST_AT_ONCE, nextPace, type BulkPace } from './bulk-pace.ts'
import { passBulk } from './bulk-request.ts'
import {
  toBulkLines,
  type BulkFailure,
  type BulkLines,
  type BulkOperation,
  type BulkOutcome,
} from './bulk-write.ts'

export type BulkWriter = {
  /**
   * Writes all of it, as far as it goes: what is still `retryable` at the end was tried as often as the options say.
   * @throws when writing is not possible at all, for instance not permitted
   */
  write(indexName: string, operations: readonly BulkOperation[]): Promise<BulkOutcome>
}

export type BulkWriterOptions = {
  /** A larger document is refused as 413 without being sent. */
  mostDocumentBytes?: number
  /** How often an operation is sent at most. */
  tries?: number
  /** The pause before the second try; each further one is twice as long. */
  pauseMs?: number
}

/**
 * Writes as much at a time as Elasticsearch takes well: requests bounded in bytes, several at once, both adapted to how
 * they are answered. What is refused for the moment (429, 5xx, no answer) is sent again after a pause, and that alone; a
 * request that is refused as a whole is halved until the one that is to blame stands alone. Everything that writes to a
 * cluster shares one writer, and so one pace for each index: so many requests at once are those of all who write to it, and
 * an index that is slow or silent holds up no other.
 */
export function createBulkWriter(
  client: Client,
  { mostDocumentBytes = 10 * 1024 ** 2, tries = 5, pauseMs = 100 }: BulkWriterOptions = {},
): BulkWriter {
  const lanes = new Map<string, Lane>()

  function laneTo(indexName: string): Lane {
    const lane = lanes.get(indexName) ?? createLane()
    lanes.set(indexName, lane)
    return lane
  }

  /**
   * Sends each operation once, and those not any more that waited when a request was met with silence; gives what another
   * try may mend, first what was not sent, and adds the rest to `outcome`.
   */
  async function sendAll(indexName: string, operations: BulkLines[], outcome: BulkOutcome) {
    const lane = laneTo(indexName)
    let waiting = [...operations]
    const unsent: BulkFailure[] = []
    const toRepeat: BulkFailure[] = []
    const send = async (take: () => BulkLines[]): Promise<void> => {
      const { request, passed } = await lane.gate(async () => {
        const request = take()
        const passed = request.length > 0 ? await passBulk(client, indexName, request) : undefined
        if (passed) lane.pace = nextPace(lane.pace, passed.passage)
        if (passed?.passage === 'unanswered') unsent.push(...waiting.splice(0).map(notSent))
        return { request, passed }
      })
      if (!passed) return
      if (passed.oneIsToBlame) {
        const middle = request.length >> 1
        await send(() => request.slice(0, middle))
        return send(() => request.slice(middle))
      }
      outcome.written.push(...passed.written)
      outcome.stale.push(...passed.stale)
      for (const failure of passed.failed)
        (failure.retryable ? toRepeat : outcome.failed).push(failure)
    }
    const sendOneByOne = async () => {
      try {
        while (waiting.length > 0) await send(() => takeRequest(waiting, lane.pace.bytes))
      } catch (error) {
        waiting = []
        throw error
      }
    }
    const sending = Array.from({ length: MOST_AT_ONCE }, sendOneByOne)
    await Promise.allSettled(sending)
    await Promise.all(sending)
    return [...unsent, ...toRepeat]
  }

  return {
    async write(indexName, operations) {
      const outcome: BulkOutcome = { written: [], stale: [], failed: [] }
      const lines = new Map<string, BulkLines>()
      for (const operation of operations.map(toBulkLines))
        if (operation.bytes <= mostDocumentBytes) lines.set(operation.id, operation)
        else outcome.failed.push(tooLarge(operation))

      let waiting = [...lines.values()]
      for (let tried = 1; waiting.length > 0; tried++) {
        const failures = await sendAll(indexName, waiting, outcome)
        if (tried === tries) {
          outcome.failed.push(...failures)
          break
        }
        waiting = failures.map(({ id }) => lines.get(id)!)
        if (waiting.length > 0) await pause(pauseMs * 2 ** (tried - 1) * (0.5 + Math.random()))
      }
      return outcome
    },
  }
}

/** The pace of one index, and the way to it of all who write to it. */
type Lane = { pace: BulkPace; gate: BulkGate }

function createLane(): Lane {
  const lane: Lane = {
    pace: FIRST_PACE,
    gate: createBulkGate(() => Math.floor(lane.pace.concurrency)),
  }
  return lane
}

/** From the front as many as fit, one at least. */
function takeRequest(waiting: BulkLines[], mostBytes: number): BulkLines[] {
  let [count, bytes] = [0, 0]
  for (const operation of waiting) {
    bytes += operation.bytes
    if (count > 0 && bytes > mostBytes) break
    count++
  }
  return waiting.splice(0, count)
}

/** 429, for it is not to blame. */
const notSent = ({ id }: BulkLines): BulkFailure => ({
  id,
  status: 429,
  reason: 'not_sent: the index did not answer the request before',
  retryable: true,
})

const tooLarge = ({ id, bytes }: BulkLines): BulkFailure => ({
  id,
  status: 413,
  reason: `document_too_large: ${bytes} bytes`,
  retryable: false,
})
