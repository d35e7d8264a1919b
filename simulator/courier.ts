import { Agent, request } from 'undici'
import type { Clock } from './clock.ts'
import type { Schedule } from './schedule.ts'
import type { Store } from './store.ts'

/** A call to an address of the client's. */
export type Call = {
  url: string
  body: string
  headers: Record<string, string>
  /** Of the carrier's time, after the first try, the second …; after the last of them the call is given up. */
  retryAfterMs: number[]
  /** Whose call it is, and what {@link CourierRules} are told by. */
  carrier: string
  subscription: string
}
type Pending = Call & { id: string; tries: number }

export type CallOutcome = 'taken' | 'refused' | 'timed-out' | 'unreachable'

export type CourierRules = {
  /** Told of each try; where it says no, the call is not tried again. */
  onOutcome(call: Call, outcome: CallOutcome, isLast: boolean): void
  /** Is the call still wanted? */
  isWanted(call: Call): boolean
  mayRetry(outcome: CallOutcome): boolean
}

export type Courier = {
  rules(carrier: string, rules: CourierRules): void
  /** Tries at once, or at an instant of the carriers' time. */
  send(call: Call, at?: number): void
  /** Resolves when no call is under way. */
  idle(): Promise<void>
  stop(): Promise<void>
}

const TIMEOUT_MS = 15_000

/**
 * Calls addresses of the client's, and again by the carrier's rules. A call is kept until it is taken or given up: after
 * a restart it is made again, so that one may come twice.
 */
export function openCourier(store: Store, clock: Clock, schedule: Schedule): Courier {
  const pending = store.table<Pending>('call')
  const agent = new Agent({ connections: 32, pipelining: 1 })
  const rules = new Map<string, CourierRules>()
  const underWay = new Set<Promise<void>>()
  let isStopped = false
  schedule.handle<{ id: string }>('call', ({ id }) => begin(id))
  const planned = new Set(schedule.list<{ id: string }>('call').map(({ id }) => id))
  for (const { id } of pending.values())
    if (!planned.has(id)) schedule.add(clock.now(), 'call', { id })

  function begin(id: string): void {
    const made = make(id).finally(() => underWay.delete(made))
    underWay.add(made)
  }

  async function make(id: string): Promise<void> {
    const call = pending.get(id)
    const rule = call && rules.get(call.carrier)
    if (!call || !rule?.isWanted(call)) return forget(id)
    const outcome = await post(call, agent)
    if (isStopped) return
    call.tries++
    const wait = call.retryAfterMs[call.tries - 1]
    const isLast = outcome === 'taken' || wait === undefined || !rule.mayRetry(outcome)
    if (isLast) pending.delete(id)
    else {
      pending.put(id, call)
      schedule.add(clock.now() + wait, 'call', { id })
    }
    rule.onOutcome(call, outcome, isLast)
    store.flush()
  }

  function forget(id: string): void {
    pending.delete(id)
    store.flush()
  }

  return {
    rules: (carrier, told) => void rules.set(carrier, told),
    send(call, at = clock.now()) {
      const id = `call-${store.next('call')}`
      pending.put(id, { ...call, id, tries: 0 })
      schedule.add(at, 'call', { id })
    },
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    async stop() {
      isStopped = true
      await agent.destroy()
    },
  }
}

async function post({ url, body, headers }: Call, agent: Agent): Promise<CallOutcome> {
  try {
    const answer = await request(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      dispatcher: agent,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await answer.body.dump()
    return answer.statusCode >= 200 && answer.statusCode < 300
      ? 'taken'
      : answer.statusCode >= 500
        ? 'unreachable'
        : 'refused'
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'timed-out' : 'unreachable'
  }
}
