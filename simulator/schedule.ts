import type { Clock } from './clock.ts'
import type { Store } from './store.ts'

/** What will happen at an instant of the carriers' time. It is kept over restarts. */
export type Schedule = {
  /** Who does the jobs of a kind; told when it was due, which may be a while ago. */
  handle<T>(kind: string, handler: (data: T, at: number) => void): void
  add(at: number, kind: string, data: unknown): string
  /** What is still to be done of a kind. */
  list<T>(kind: string): T[]
  /** Does everything that is due, in order. */
  run(): void
  start(): void
  stop(): void
  size(): number
}

type Job = { id: string; at: number; order: number; kind: string; data: unknown }

/** The clock can be put forward by another request: nobody sleeps longer than this. */
const LONGEST_SLEEP_MS = 1000

export function openSchedule(store: Store, clock: Clock): Schedule {
  const jobs = store.table<Job>('job')
  const handlers = new Map<string, (data: never, at: number) => void>()
  let heap: Job[] = []
  let timer: NodeJS.Timeout | undefined
  let isStarted = false
  for (const job of jobs.values()) push(heap, job)

  function run(): void {
    if (jobs.size() === 0) heap = []
    for (let job = heap[0]; job && job.at <= clock.now(); job = heap[0]) {
      pop(heap)
      if (jobs.get(job.id) !== job) continue
      jobs.delete(job.id)
      const handler = handlers.get(job.kind)
      if (!handler) console.error(`nobody does jobs of the kind ${job.kind}`)
      else attempt(job, handler)
    }
    store.flush()
    arm()
  }

  function attempt(job: Job, handler: (data: never, at: number) => void): void {
    try {
      handler(job.data as never, job.at)
    } catch (error) {
      console.error(`the job ${job.kind} failed`, error)
    }
  }

  function arm(): void {
    clearTimeout(timer)
    if (!isStarted || !heap[0]) return
    timer = setTimeout(run, Math.min(LONGEST_SLEEP_MS, clock.realMsUntil(heap[0].at)))
  }

  return {
    handle: (kind, handler) => void handlers.set(kind, handler as never),
    add(at, kind, data) {
      const order = store.next('job')
      const job = { id: `job-${order}`, at, order, kind, data }
      jobs.put(job.id, job)
      push(heap, job)
      if (heap[0] === job) arm()
      return job.id
    },
    list: <T>(kind: string) =>
      [...jobs.values()].filter((job) => job.kind === kind).map(({ data }) => data as T),
    run,
    start() {
      isStarted = true
      run()
    },
    stop() {
      isStarted = false
      clearTimeout(timer)
    },
    size: () => jobs.size(),
  }
}

const isBefore = (a: Job, b: Job) => a.at < b.at || (a.at === b.at && a.order < b.order)

function push(heap: Job[], job: Job): void {
  let at = heap.push(job) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBefore(job, heap[parent]!)) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = job
}

function pop(heap: Job[]): void {
  const last = heap.pop()!
  if (heap.length === 0) return
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (!isBefore(heap[child]!, last)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
}
