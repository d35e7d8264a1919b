import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export type Load = {
  answered: number
  /** Status, or what went wrong on the connection, with how often. */
  failures: Map<string, number>
  stop(): Promise<void>
}

/**
 * Callers that ask again as soon as they are answered, half of them on kept-alive connections, half on new ones. A
 * status of 500 or above and a broken connection are failures; nothing is tried twice.
 */
export function startLoad(baseUrl: string, paths: readonly string[], callers = 8): Load {
  const load = { answered: 0, failures: new Map<string, number>() }
  let stopped = false
  const fail = (what: string) => load.failures.set(what, (load.failures.get(what) ?? 0) + 1)

  const caller = async (agent: Agent, number: number) => {
    for (let turn = number; !stopped; turn++) {
      const path = paths[turn % paths.length]!
      try {
        const status = await statusOf(new URL(path, baseUrl), agent)
        if (status >= 500) fail(`${path}: ${status}`)
        else load.answered++
      } catch (error) {
        fail(`${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`)
      }
      await pause(5)
    }
    agent.destroy()
  }
  const running = Array.from({ length: callers }, (_, number) =>
    caller(new Agent({ keepAlive: number % 2 === 0, maxSockets: 1 }), number),
  )
  return Object.assign(load, {
    async stop() {
      stopped = true
      await Promise.all(running)
    },
  })
}

const statusOf = (url: URL, agent: Agent) =>
  new Promise<number>((resolve, reject) => {
    const call = request(url, { agent }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode!))
      response.once('error', reject)
    })
    call.once('error', reject)
    call.end()
  })
