import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { simulatorClient } from '../support/simulator.ts'
import { until } from '../support/until.ts'
import { bookings } from './bookings.ts'
import { startClient } from './client.ts'

const root = path.resolve(import.meta.dirname, '../..')
let dataDir: string
let running: ChildProcess

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'simulator-'))
})
afterEach(async () => {
  await kill()
  await rm(dataDir, { recursive: true, force: true })
})

/** The real process, on any free port. */
async function start(env: Record<string, string> = {}) {
  running = spawn(process.execPath, ['simulator/main.ts'], {
    cwd: root,
    env: {
      ...process.env,
      PORT: '0',
      SIMULATOR_DATA: dataDir,
      SIMULATOR_POINTS: '100',
      SIMULATOR_JOURNEYS: 'manual',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(running.stdout!)) {
    const [url] = /http:\/\/\S+/.exec(line) ?? []
    if (url) return simulatorClient(url)
  }
  throw new Error('the simulator did not start')
}

async function kill(): Promise<void> {
  if (running.exitCode !== null || running.signalCode !== null) return
  running.kill('SIGKILL')
  await once(running, 'exit')
}

describe('the simulator, killed', () => {
  it('has everything that it answered, and its clock', async () => {
    const before = await start()
    await before.advance(48 * 3_600_000)
    await before.fault({ kind: 'late-success', operation: 'cancel', carrier: 'uber', ms: 60_000 })
    const { cdek, dpd, uber } = await bookings(before)
    const answered: string[] = []
    const loads = [cdek, dpd, uber].flatMap(({ book }, carrier) =>
      Array.from({ length: 40 }, async (_, n) => {
        const { status } = await book(`load-${carrier}-${n}`)
        if (status < 300) answered.push(`load-${carrier}-${n}`)
      }),
    )
    loads.push(
      uber
        .book('cancelled-0')
        .then(() => uber.cancel('cancelled-0'))
        .then(() => {}),
    )
    const all = Promise.allSettled(loads)
    await Promise.all(loads.slice(0, 60))
    await kill()
    await all
    expect(answered.length).toBeGreaterThanOrEqual(60)

    const after = await start()
    const { now } = (await after.call('GET', '/_admin/clock')).body as { now: string }
    expect(Date.parse(now) - Date.now()).toBeGreaterThan(47 * 3_600_000)
    const kept = new Set((await after.ledger('load-')).map(({ reference }) => reference))
    expect(answered.filter((reference) => !kept.has(reference))).toEqual([])
    expect((await after.call('GET', '/_admin/faults')).body).toMatchObject({
      faults: [{ ms: 60_000 }],
    })
  })

  it('goes on with what it had begun, and tokens stay good', async () => {
    const before = await start()
    const { cdek } = await bookings(before)
    await before.fault({ kind: 'slow-confirm', operation: 'book', carrier: 'cdek', ms: 3_600_000 })
    await cdek.book('begun-1')
    await kill()
    const after = await start()
    expect(await after.ledger('begun-1')).toMatchObject([{ state: 'booking-pending' }])
    await after.advance(3_600_000)
    expect(await after.ledger('begun-1')).toMatchObject([
      { state: 'booked', trackingNumber: expect.any(String) },
    ])
    expect((await (await bookings(after)).cdek.cancel('begun-1')).status).toBe(202)
  })

  it('makes a call again that was under way', async () => {
    await using client = await startClient()
    client.isSilent = true
    const before = await start({ UBER_WEBHOOK_URL: client.url })
    await (await bookings(before)).uber.book('called-1')
    await until(() => client.told.length === 1)
    await kill()
    client.isSilent = false
    await start()
    await until(() => client.told.length === 2)
    expect(client.told[1]!.raw).toBe(client.told[0]!.raw)
  })

  it('passes over a line that was cut off in the middle', async () => {
    const before = await start()
    const { uber } = await bookings(before)
    await uber.book('whole-1')
    await kill()
    await appendFile(
      path.join(dataDir, 'journal.jsonl'),
      '[["uber-delivery","del_torn",{"id":"del_torn","sta',
    )
    const after = await start()
    await (await bookings(after)).uber.book('whole-2')
    await kill()
    const last = await start()
    expect((await last.ledger()).map(({ reference }) => reference)).toEqual(['whole-1', 'whole-2'])
  })

  it('ends on SIGTERM with nothing lost', async () => {
    const before = await start()
    const { uber } = await bookings(before)
    await uber.book('term-1')
    running.kill('SIGTERM')
    expect(await once(running, 'exit')).toEqual([0, null])
    expect(await (await start()).ledger()).toHaveLength(1)
  })
})
