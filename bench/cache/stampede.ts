import { Redis } from 'ioredis'
import { startOwnStack } from '../../test/support/own-stack.ts'
import { percentile, sorted } from '../latencies.ts'
import { startHelper, type Helper } from './helper-process.ts'
import { callsKey, type StampedeOrder, type StampedeReport } from './stampede-process.ts'

export type Stampede = {
  /** Of the loader, by trial. */
  calls: number[]
  /** Trials after which not everybody had the same. */
  differing: number
  /** Until everybody was answered, by trial. */
  slowestMs: number[]
}
export type StampedeFigures = { trials: number; ours: Stampede; bentocache: Stampede }

const PROCESSES = 2
const CALLERS = 500
/** Until both processes have been told. */
const AHEAD_MS = 40
/** As the API has it: whoever waits for the cache longer would have had PostgreSQL's answer. */
const REDIS_TIMEOUT_MS = 50

/**
 * In each trial many callers in two processes miss one new key at the same moment, whose loader takes 50 ms.
 * @param commandTimeoutMs longer where a slow machine shall not be told from a Redis that is away
 */
export async function measureStampede(
  redisUrl: string,
  trials: number,
  commandTimeoutMs = REDIS_TIMEOUT_MS,
): Promise<StampedeFigures> {
  const redis = new Redis(redisUrl)
  const args = [redisUrl, String(commandTimeoutMs)]
  const processes = await Promise.all(
    Array.from({ length: PROCESSES }, () =>
      startHelper<StampedeOrder, StampedeReport>('stampede-process.ts', { args }),
    ),
  )
  const figures: StampedeFigures = { trials, ours: none(), bentocache: none() }
  try {
    // Trial 0 is not counted: connections are made and code is compiled.
    for (let trial = 0; trial <= trials; trial++)
      for (const whose of ['ours', 'bentocache'] as const) {
        const before = whose === 'ours' ? figures.ours : figures.bentocache
        const after = await runTrial(redis, processes, { whose, trial })
        if (trial > 0) note(before, after)
      }
    return figures
  } finally {
    await Promise.all(processes.map((one) => one.end()))
    redis.disconnect()
  }
}

const none = (): Stampede => ({ calls: [], differing: 0, slowestMs: [] })

type Trial = { calls: number; answers: number; slowestMs: number }

function note(stampede: Stampede, { calls, answers, slowestMs }: Trial): void {
  stampede.calls.push(calls)
  stampede.slowestMs.push(slowestMs)
  if (answers !== 1) stampede.differing++
}

async function runTrial(
  redis: Redis,
  processes: Helper<StampedeOrder, StampedeReport>[],
  trial: Pick<StampedeOrder, 'whose' | 'trial'>,
): Promise<Trial> {
  const order = { ...trial, callers: CALLERS, beginAt: Date.now() + AHEAD_MS }
  const reports = await Promise.all(processes.map((one) => one.ask(order)))
  return {
    calls: Number(await redis.get(callsKey(trial))),
    answers: new Set(reports.flatMap(({ answers }) => answers)).size,
    slowestMs: Math.max(...reports.map(({ slowestMs }) => slowestMs)),
  }
}

export async function run(trials: number): Promise<string> {
  const stack = await startOwnStack('redis')
  try {
    return table(await measureStampede(stack.env['REDIS_URL']!, trials))
  } finally {
    await stack.stop()
  }
}

function table({ trials, ...sides }: StampedeFigures): string {
  const row = (name: string, { calls, differing, slowestMs }: Stampede) => {
    const exactlyOne = calls.filter((count) => count === 1).length
    const mean = calls.reduce((sum, count) => sum + count, 0) / calls.length
    const times = sorted(slowestMs)
    return (
      `| ${name} | ${exactlyOne} of ${trials} | ${mean.toFixed(2)} | ${Math.max(...calls)} | ${differing} | ` +
      `${percentile(times, 50).toFixed(0)} ms | ${percentile(times, 100).toFixed(0)} ms |`
    )
  }
  return [
    `${PROCESSES} processes × ${CALLERS} callers miss one new key at the same moment; the loader takes 50 ms and counts its ` +
      'calls in Redis. bentocache 1.6 with memory before Redis, in the same two processes, turn by turn.',
    '',
    '| | exactly 1 call | calls per trial | most | trials with differing answers | everybody answered, p50 | slowest |',
    '|---|---:|---:|---:|---:|---:|---:|',
    row('yarmarka', sides.ours),
    row('bentocache', sides.bentocache),
  ].join('\n')
}
