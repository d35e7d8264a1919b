import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createGate } from '../../clients/outbound/gate.ts'

it('never lets in more than it may, overall and of one host, and lets everybody in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 }),
      async (scheduler, hosts) => {
        const gate = createGate({ overall: 3, perHost: 2 })
        const inside: string[] = []
        let done = 0
        const all = hosts.map((host) =>
          gate(host, async () => {
            inside.push(host)
            expect(inside.length).toBeLessThanOrEqual(3)
            expect(inside.filter((one) => one === host).length).toBeLessThanOrEqual(2)
            await scheduler.schedule(Promise.resolve())
            inside.splice(inside.indexOf(host), 1)
            done++
          }),
        )
        await scheduler.waitAll()
        await Promise.all(all)
        expect(done).toBe(hosts.length)
      },
    ),
  )
})

it('lets others past who wait for another host', async () => {
  const gate = createGate({ overall: 4, perHost: 1 })
  const slow = Promise.withResolvers<void>()
  const order: string[] = []
  const note = (name: string, until?: Promise<void>) => async () => {
    await until
    order.push(name)
  }
  const all = [
    gate('slow', note('first', slow.promise)),
    gate('slow', note('second')),
    gate('fast', note('past')),
  ]
  await all[2]
  slow.resolve()
  await Promise.all(all)
  expect(order).toEqual(['past', 'first', 'second'])
})

it('lets the next in when work fails', async () => {
  const gate = createGate({ overall: 1, perHost: 1 })
  const failed = gate('a', () => Promise.reject(new Error('broken')))
  const next = gate('a', async () => 'in')
  await expect(failed).rejects.toThrow('broken')
  expect(await next).toBe('in')
})
