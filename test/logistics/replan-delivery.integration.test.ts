import { describe, expect, it } from 'vitest'
import { localOf } from '../../domain/logistics/zone.ts'
import { afterHandOver } from './after-hand-over-scene.ts'

const {
  DAY_MS,
  book,
  db,
  entry,
  expects,
  goesToThatPoint,
  happen,
  inDays,
  onItsWay,
  one,
  plan,
  pointAppears,
  poll,
  promisedIn,
  raise,
  shipment,
  told,
  trouble,
} = await afterHandOver()

describe('the buyer is told another day', () => {
  it('when the promise is missed: ahead, once, and the promise stays as it was', async () => {
    await onItsWay()
    await promisedIn(-1)
    const { promiseLatest } = await shipment()
    await raise('late')
    await raise('late')
    const [replanned, ...more] = await told('replanned')
    expect(more).toEqual([])
    expect(replanned).toMatchObject({ why: 'late', promisedAt: promiseLatest!.toISOString() })
    const { expectedBy, replannedWhy, promiseLatest: then } = await shipment()
    expect(expectedBy!.toISOString()).toBe(replanned!['expectedAt'])
    expect(expectedBy!.getTime()).toBeGreaterThan(Date.now())
    expect([replannedWhy, then]).toEqual(['late', promiseLatest])
    expect((await one.types()).slice(-3)).toEqual(['late', 'needs_human', 'replanned'])
  })

  it('by its carrier’s own word, and again only when that is another day', async () => {
    await onItsWay()
    await promisedIn(2)
    const eta = inDays(5)
    expects(eta)
    await poll('cdek')
    await raise('late-predicted')
    expect(await told('replanned')).toMatchObject([
      { why: 'late-predicted', expectedAt: eta.toISOString() },
    ])
    await poll('cdek')
    expect(await told('replanned')).toHaveLength(1)
    const later = inDays(7)
    expects(later)
    await poll('cdek')
    expect(await told('replanned')).toMatchObject([{}, { expectedAt: later.toISOString() }])
  })

  it('when the promise is missed on the very day on which its carrier expects it', async () => {
    await onItsWay()
    const promiseLatest = new Date(Date.now() - 60_000)
    await db
      .updateTable('shipment')
      .set({ promiseLatest })
      .where('id', '=', one.shipmentId)
      .execute()
    expects(localOf(promiseLatest.getTime(), 'Europe/Moscow').date)
    await poll('cdek')
    expect((await shipment()).eta).toEqual(promiseLatest)
    await raise('late')
    const [replanned, ...more] = await told('replanned')
    expect(more).toEqual([])
    expect(Date.parse(String(replanned!['expectedAt']))).toBeGreaterThan(Date.now())
  })

  it('by the day that its carrier expects, which is one of the city where it goes', async () => {
    const inZone = (timeZone: string) =>
      db.updateTable('city').set({ timeZone }).where('id', '=', 'msk').execute()
    const zone = 'Asia/Novosibirsk'
    await onItsWay()
    await promisedIn(2)
    const { date: promised } = localOf((await shipment()).promiseLatest!.getTime(), zone)
    await inZone(zone)
    try {
      expects(promised)
      await poll('cdek')
      const { eta, promiseLatest } = await shipment()
      expect(eta).toEqual(promiseLatest)
      const { date: later } = localOf(inDays(5).getTime(), zone)
      expects(later)
      await poll('cdek')
      await raise('late-predicted')
    } finally {
      await inZone('Europe/Moscow')
    }
    const [replanned] = await told('replanned')
    expect(localOf(Date.parse(String(replanned!['expectedAt'])), zone)).toEqual({
      ...{ date: localOf(inDays(5).getTime(), zone).date, minutes: 22 * 60 },
    })
  })

  it('when there is trouble after which it comes too late, with what its carrier says', async () => {
    await onItsWay()
    await promisedIn(0.5)
    entry()!.log.push(trouble('locker-full'))
    await poll('cdek')
    expect(await told('replanned')).toMatchObject([
      { why: 'delivery-problem', reason: 'locker-full' },
    ])
    expect(await one.tasks()).toEqual([{ kind: 'delivery-problem', state: 'open' }])
    await poll('cdek')
    expect(await told('replanned')).toHaveLength(1)
  })

  it('not for trouble that it has got over since, whenever that is told', async () => {
    await onItsWay()
    await promisedIn(0.5)
    const occurredAt = new Date(Date.now() - DAY_MS).toISOString()
    entry()!.log.push({ ...trouble('locker-full'), occurredAt })
    await poll('cdek')
    expect(await told('replanned')).toEqual([])
  })

  it('not for trouble after which it still comes as promised', async () => {
    await onItsWay()
    await promisedIn(30)
    entry()!.log.push(trouble('nobody-there', 'attempt-failed'))
    await poll('cdek')
    expect(await told('replanned')).toEqual([])
    expect((await shipment()).expectedBy).toBeNull()
  })

  it('and the point, when its carrier brings it to another one', async () => {
    await pointAppears()
    await onItsWay()
    await promisedIn(30)
    goesToThatPoint()
    await poll('cdek')
    await poll('cdek')
    const { promiseLatest, ...now } = await shipment()
    expect(now).toMatchObject({
      ...{ pointCarrier: 'cdek', pointCode: 'MSK99', pointKind: 'locker', expectedBy: null },
    })
    expect(await told('replanned')).toMatchObject([
      { why: 'other-point', pointCode: 'MSK99', expectedAt: promiseLatest!.toISOString() },
    ])
  })

  it('and the point, also when it is at that one already, or was not fetched yet', async () => {
    await pointAppears()
    const pointsTold = async () =>
      (await told('replanned')).map(({ why, pointCode }) => [why, pointCode])
    await onItsWay()
    goesToThatPoint()
    await happen('cdek', 'ready-for-pickup', 2)
    await poll('cdek')
    expect((await shipment()).status).toBe('ready-for-pickup')
    expect(await pointsTold()).toEqual([['other-point', 'MSK99']])

    await one.begin()
    await plan()
    await book()
    goesToThatPoint()
    await poll('cdek')
    expect(await shipment()).toMatchObject({ handedOverAt: null, pointCode: 'MSK99' })
    expect(await pointsTold()).toEqual([['other-point', 'MSK99']])
  })

  it('no other point once it is on its way back', async () => {
    await pointAppears()
    await onItsWay()
    goesToThatPoint()
    await happen('cdek', 'returning', 2)
    expect(await told('replanned')).toEqual([])
  })

  it('nothing before its carrier has it, nor when it waits at its point', async () => {
    await plan()
    await book()
    await promisedIn(-1)
    await raise('late')
    expect(await told('replanned')).toEqual([])
    await happen('cdek', 'ready-for-pickup', 1)
    expect(await told('replanned')).toEqual([])
    expect((await shipment()).phase).toBe('handed-over')
  })

  it('as soon as its carrier has what was late already', async () => {
    await plan()
    await book()
    await promisedIn(-1)
    await raise('late')
    await happen('cdek', 'accepted', 1)
    expect(await told('replanned')).toMatchObject([{ why: 'late' }])
  })
})
