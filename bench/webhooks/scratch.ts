import { readFileSync, readdirSync } from 'node:fs'
import { sql } from 'kysely'
import { tellEndpoints } from '../../activities/integrations/webhook-consequences.ts'
import { openScene, type Target } from './scene.ts'
const N = Number(process.argv[2])
const scene = await openScene()
const targets: Target[] = []
for (let n = 0; n < 8; n++) targets.push(await scene.addTarget({ concurrency: 32 }))
const worker = await scene.startWorker()
const cpu = (pid: number) => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' '); return (Number(f[11]) + Number(f[12])) * 10 }
const { db } = scene.owner
const all = () => new Map(readdirSync('/proc').filter((d) => /^\d+$/.test(d)).flatMap((d) => { try { const t = readFileSync(`/proc/${d}/stat`, 'utf8'); return [[`${/\((.*)\)/.exec(t)![1]} ${readFileSync(`/proc/${d}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 90)}`, cpu(Number(d))]] as [string, number][] } catch { return [] } }))
for (let round = 0; round < Number(process.argv[3] ?? 3); round++) {
  const events = await scene.appendRelayed(targets, { from: 0, count: N, orders: 500 })
  for (let from = 0; from < events.length; from += 1000)
    await tellEndpoints({ system: db, workflows: { signalWithStart: async () => {} } as never }, events.slice(from, from + 1000))
  const before = cpu(worker.pid)
  const allBefore = all()
  const t = performance.now()
  await scene.wake(targets)
  const w = sql<{ any: boolean }>`select exists (select from webhook_message where state = 'pending') as any`
  while ((await w.execute(db)).rows[0]!.any) await new Promise((r) => setTimeout(r, 20))
  const s = (performance.now() - t) / 1000
  const c = await scene.receiver.count()
  console.log(`round ${round}: ${(N / s).toFixed(0)}/s; receipts span ${(N / ((c.last - c.first) / 1000)).toFixed(0)}/s; worker cpu ms/1000 = ${((cpu(worker.pid) - before) / (N / 1000)).toFixed(0)}`)
  await scene.receiver.receipts()
  if (round === 2) for (const [k, v] of [...all()].map(([k, v]) => [k, v - (allBefore.get(k) ?? 0)] as const).toSorted((a, b) => b[1] - a[1]).slice(0, 12)) console.log(v, k)
}
await worker.terminate()
await scene.close()
process.exit(0)
