import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { putFirst } from '../../stack/precedence.ts'

/** A process of the benchmark's own that is told what to do, one order at a time, and says what came of it. */
export type Helper<Order, Report> = {
  pid: number
  ask(order: Order): Promise<Report>
  end(): Promise<void>
}

export type HelperOptions = {
  args?: string[]
  env?: Record<string, string>
  /** Of Node. */
  flags?: string[]
}

type Answer = { report: unknown } | { error: string }

/** Starts a script of this folder, which calls {@link serveOrders}; resolves when it has. It ends with this process. */
export async function startHelper<Order extends object, Report>(
  script: string,
  { args = [], env = {}, flags = [] }: HelperOptions = {},
): Promise<Helper<Order, Report>> {
  const child = fork(join(import.meta.dirname, script), args, {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, ...env },
    execArgv: flags,
    serialization: 'advanced',
    detached: true,
  })
  const exited = once(child, 'exit')
  const answer = async (): Promise<unknown> => {
    const ended = exited.then(([code]) => [{ error: `${script} ended with ${code}` } as Answer])
    const [said] = (await Promise.race([once(child, 'message'), ended])) as [Answer]
    if ('error' in said) throw new Error(said.error)
    return said.report
  }
  await answer()
  // As the API is started.
  await putFirst(child.pid!)
  return {
    pid: child.pid!,
    ask(order) {
      const answered = answer()
      child.send(order)
      return answered as Promise<Report>
    },
    async end() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

/** In the helper: takes orders until the parent is gone. */
export function serveOrders<Order, Report>(carryOut: (order: Order) => Promise<Report>): void {
  const send = (answer: Answer) => void process.send!(answer)
  process.on('message', (order: Order) => {
    carryOut(order).then(
      (report) => send({ report }),
      (error: unknown) => send({ error: error instanceof Error ? error.stack! : String(error) }),
    )
  })
  process.once('disconnect', () => process.exit(0))
  send({ report: undefined })
}
