import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Order } from '../../api/orders/order-view.ts'
import { orderScene } from './order-scene.ts'

const scene = orderScene()
const { move, place, recorded, request, units } = scene

describe('the way of an order', () => {
  it('goes step by step to the buyer, each step with its event and audit entry', async () => {
    const { id, number } = await place()
    const states = ['confirmed', 'assembling', 'shipped', 'delivered']
    for (const state of states) {
      const response = await move(id, state)
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ id, state })
    }
    const steps = states.map((state, at) => ({ state, previousState: ['new', ...states][at] }))
    const events = (await recorded('event', `order:${id}`)).slice(1)
    expect(events.map(({ type }) => type)).toEqual(steps.map(() => 'order.status_changed'))
    expect(events.map(({ data }) => data)).toEqual(
      steps.map((step) => ({ orderId: id, number, shopId: scene.shop.shopId, ...step })),
    )
    const history = await (await request('GET', `/v1/orders/${id}/history`)).json()
    expect((history as { items: object[] }).items).toMatchObject([
      { action: 'order.created', state: 'new' },
      ...steps.map((step) => ({ action: 'order.status_changed', ...step })),
    ])
    expect(await units(0)).toBe(8)
  })

  it('answers 409 to a step that its state does not permit, and says what is possible', async () => {
    const { id } = await place()
    const response = await move(id, 'shipped')
    expect(response.status).toBe(409)
    expect(JSON.stringify(await response.json())).toContain('confirmed, cancelled')
    expect(await recorded('event', `order:${id}`)).toHaveLength(1)
  })

  it('does nothing a second time', async () => {
    const { id } = await place()
    expect((await move(id, 'confirmed')).status).toBe(200)
    expect((await move(id, 'confirmed')).status).toBe(200)
    expect(await recorded('event', `order:${id}`)).toHaveLength(2)
  })

  it('takes one of many steps at once', async () => {
    const { id } = await place()
    const statuses = await Promise.all(
      Array.from(
        { length: 20 },
        async (_, at) => (await move(id, at % 2 ? 'cancelled' : 'confirmed')).status,
      ),
    )
    expect(statuses.every((status) => status === 200 || status === 409)).toBe(true)
    const events = await recorded('event', `order:${id}`)
    const cancelled = events.filter(({ data }) => (data as Order).state === 'cancelled')
    expect(cancelled.length).toBeLessThanOrEqual(1)
    expect(events.length).toBeLessThanOrEqual(3)
    expect(await units(0)).toBe(cancelled.length ? 10 : 8)
  })

  it('gives the first answer again for an idempotency key', async () => {
    const { id } = await place()
    const headers = { 'Idempotency-Key': randomUUID() }
    const first = await (await move(id, 'confirmed', {}, headers)).json()
    await move(id, 'assembling')
    expect(await (await move(id, 'confirmed', {}, headers)).json()).toEqual(first)
    expect((await move(id, 'shipped', {}, headers)).status).toBe(422)
  })

  it('puts its units back when it is cancelled, with the reason', async () => {
    const { id } = await place()
    await move(id, 'confirmed')
    const response = await move(id, 'cancelled', { reason: 'buyer-changed-mind' })
    expect(await response.json()).toMatchObject({ cancelReason: 'buyer-changed-mind' })
    expect(await units(0)).toBe(10)
    expect((await move(id, 'confirmed')).status).toBe(409)
  })

  it('answers 400 to states that are none, and to reasons of what is no cancellation', async () => {
    const { id } = await place()
    for (const body of [
      { state: 'new' },
      { state: 'lost' },
      { state: 'confirmed', reason: 'other' },
    ])
      expect((await request('POST', `/v1/orders/${id}/status`, body)).status).toBe(400)
  })
})

describe('the orders of a seller', () => {
  it('are listed the newest first, by state and time, a page at a time', async () => {
    const placed = [await place(), await place(), await place()]
    const ids = placed.map(({ id }) => id).reverse()
    type Listed = { items: Order[]; nextCursor: string | null }
    const list = async (query: string) =>
      (await (await request('GET', `/v1/orders?${query}`)).json()) as Listed
    const first = await list('limit=2')
    const second = await list(`limit=2&cursor=${first.nextCursor}`)
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids)
    expect(second.nextCursor).toBeNull()

    await move(ids[1]!, 'confirmed')
    expect((await list('state=confirmed')).items.map(({ id }) => id)).toEqual([ids[1]])
    const { createdAt } = placed[1]!
    expect((await list(`from=${createdAt}`)).items).toHaveLength(2)
    expect((await list(`to=${createdAt}`)).items).toHaveLength(1)
    expect((await list('shopId=1')).items).toEqual([])
  })

  it('are nobody else’s', async () => {
    const { id } = await place()
    const paths = [`/v1/orders/${id}`, `/v1/orders/${id}/history`, '/v1/orders/x', '/v1/orders/0']
    for (const path of paths)
      expect((await request('GET', path, undefined, scene.theirs)).status).toBe(404)
    const theirList = (await (
      await request('GET', '/v1/orders', undefined, scene.theirs)
    ).json()) as {
      items: Order[]
    }
    expect(theirList.items.map((order) => order.id)).not.toContain(id)
    expect((await move(id, 'confirmed', {}, scene.theirs)).status).toBe(404)
    const back = await request(
      'POST',
      `/v1/orders/${id}/returns`,
      { reason: 'other' },
      scene.theirs,
    )
    expect(back.status).toBe(404)
  })
})
