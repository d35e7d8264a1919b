import { sql } from 'kysely'
import { setTimeout as pause } from 'node:timers/promises'
import type { Receipt } from './receiver-process.ts'
import { openScene, type Scene, type Target } from './scene.ts'

export type FifoFigures = {
  events: number
  /** Attempts that were answered with 500. */
  failures: number
  /** A message came before one of the same order that was neither delivered nor given up. */
  inversions: number
  missing: number
  /** Orders that went on while another's message was held. */
  overtakings: number
  seconds: number
}

const TARGETS = 4
const ORDERS = 500
const FAILING_PER_MILLE = 50
const AT_A_TIME = 500
/** Waits of minutes are made to pass. */
const TIME_PASSES_EVERY_MS = 1_000
const SETTLES_WITHIN_MS = 900_000

export async function measureFifo(scene: Scene, events: number): Promise<FifoFigures> {
  const targets: Target[] = []
  for (let n = 0; n < TARGETS; n++)
    targets.push(await scene.addTarget({ ordering: 'per-order', concurrency: 32 }))
  await scene.receiver.fail(FAILING_PER_MILLE, 1)
  const worker = await scene.startWorker()
  const startedAt = performance.now()
  const receipts: Receipt[] = []
  for (let from = 0; from < events; from += AT_A_TIME) {
    const count = Math.min(AT_A_TIME, events - from)
    await scene.append(targets, { from, count, orders: ORDERS })
  }
  while (!(await isOver(scene, events))) {
    if (performance.now() - startedAt > SETTLES_WITHIN_MS) throw new Error('Not all is delivered')
    await pause(TIME_PASSES_EVERY_MS)
    await sql`
      update webhook_message set due_at = now() where state = 'pending' and due_at > now()`.execute(
      scene.owner.db,
    )
    await scene.wake(targets)
  }
  receipts.push(...(await scene.receiver.receipts()))
  const seconds = (performance.now() - startedAt) / 1_000
  await worker.terminate()
  return { events, seconds, ...judge(receipts, events) }
}

async function isOver({ owner }: Scene, events: number): Promise<boolean> {
  const { rows } = await sql<{ over: string }>`
    select count(*) as over from webhook_message where state <> 'pending'`.execute(owner.db)
  return Number(rows[0]!.over) >= events
}

export function judge(receipts: readonly Receipt[], events: number) {
  const delivered = new Set<string>()
  let [inversions, failures, overtakings] = [0, 0, 0]
  let heldOrder: string | undefined
  for (const told of Map.groupBy(receipts, ({ order }) => order).values()) {
    let last: Receipt | undefined
    for (const one of told) {
      if (last && (one.change < last.change || (one.change > last.change && last.isFailed)))
        inversions++
      if (one.isFailed) failures++
      else delivered.add(one.webhookId)
      last = one
    }
  }
  for (const { order, isFailed } of receipts) {
    if (heldOrder !== undefined && order !== heldOrder) overtakings++
    heldOrder = isFailed ? order : undefined
  }
  return { inversions, failures, overtakings, missing: events - delivered.size }
}

export async function run(events: number): Promise<string> {
  const scene = await openScene()
  try {
    const figures = await measureFifo(scene, events)
    return [
      `${TARGETS} endpoints in order, ${ORDERS} orders each, ${FAILING_PER_MILLE / 10} % of the attempts answered with 500; waits of minutes were made to pass.`,
      '',
      '| events | failed attempts | inversions | missing | went on while another was held | seconds |',
      '|---:|---:|---:|---:|---:|---:|',
      `| ${figures.events} | ${figures.failures} | ${figures.inversions} | ${figures.missing} | ${figures.overtakings} | ${figures.seconds.toFixed(0)} |`,
    ].join('\n')
  } finally {
    await scene.close()
  }
}
