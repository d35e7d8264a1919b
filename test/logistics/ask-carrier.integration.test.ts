import { describe, expect, it } from 'vitest'
import { silenceStage } from '../../domain/logistics/sla.ts'
import { run } from './one-shipment.ts'
import { afterHandOver } from './after-hand-over-scene.ts'

const { book, db, happen, onItsWay, one, plan, promisedIn, raise, shipment } = await afterHandOver()

describe('somebody asks its carrier', () => {
  const silent = async (stage?: string) => {
    const { status, statusAt } = await shipment()
    await run(one.activities.raiseSla, {
      ...{ shipmentId: one.shipmentId, kind: 'silent' as const, dueAt: new Date().toISOString() },
      stage: stage ?? silenceStage(status!, statusAt!.getTime()),
    })
  }

  it('what is late on its way, once, until it has come', async () => {
    await onItsWay()
    await promisedIn(-1)
    await raise('late')
    await raise('late')
    expect(await one.tasks()).toEqual([{ kind: 'late', state: 'open' }])
    await happen('cdek', 'out-for-delivery', 2)
    expect(await one.tasks()).toEqual([{ kind: 'late', state: 'open' }])
    await happen('cdek', 'delivered', 3)
    expect(await one.tasks()).toEqual([{ kind: 'late', state: 'done' }])
    const closed = await db
      .selectFrom('humanTask')
      .select(['closedBy', 'resolution', 'details'])
      .where('shipmentId', '=', one.shipmentId)
      .executeTakeFirstOrThrow()
    expect(closed).toMatchObject({
      ...{ closedBy: 'system', resolution: 'moved on', details: { carrier: 'cdek' } },
    })
  })

  it('what is silent, until it is heard of, and again when it falls silent again', async () => {
    await onItsWay()
    await silent()
    expect(await one.tasks()).toEqual([{ kind: 'silent', state: 'open' }])
    expect(await one.types()).toContain('needs_human')
    await happen('cdek', 'in-transit', 3 * 1_440)
    expect(await one.tasks()).toEqual([{ kind: 'silent', state: 'done' }])
    await silent()
    const states = (await one.tasks()).map(({ state }) => state)
    expect(states.toSorted()).toEqual(['done', 'open'])
  })

  it('not about a silence that is over', async () => {
    await onItsWay()
    await silent('accepted 2026-11-01')
    await silent('in-transit 2026-11-01')
    expect(await one.tasks()).toEqual([])
  })

  it('only when it has the parcel: then about what was late before', async () => {
    await plan()
    await book()
    await promisedIn(-1)
    await raise('late')
    expect(await one.tasks()).toEqual([])
    await happen('cdek', 'accepted', 1)
    expect(await one.tasks()).toEqual([{ kind: 'late', state: 'open' }])
    await happen('cdek', 'ready-for-pickup', 2)
    expect(await one.tasks()).toEqual([{ kind: 'late', state: 'done' }])
  })
})
