import { setTimeout as pause } from 'node:timers/promises'
import type { Marketplace } from './marketplace.ts'

export type LoadedGood = { id: string; vendorCode: string; priceMinor: number }

export type SearchLoad = {
  updates: number
  searches: number
  /** Of the answers: status, or what was wrong with the good that was found. */
  wrong: Map<string, number>
  stop(): Promise<void>
}

export type LoadRates = { updatesPerSecond: number; searchesPerSecond: number }

type Found = { items: { id: string; price: { amount: number } }[]; total: number }

/**
 * Raises the price of one of these goods after the other, a kopeck at a time, and searches them by their codes. An
 * answer is right when it is one good at a price that it has had since the load began: of the index of before or of the
 * new one.
 */
export function startSearchLoad(
  market: Marketplace,
  goods: readonly LoadedGood[],
  { updatesPerSecond, searchesPerSecond }: LoadRates,
): SearchLoad {
  const first = new Map(goods.map(({ id, priceMinor }) => [id, priceMinor]))
  const newest = new Map(first)
  const load = { updates: 0, searches: 0, wrong: new Map<string, number>() }
  const note = (what: string) => void load.wrong.set(what, (load.wrong.get(what) ?? 0) + 1)

  const update = async (turn: number) => {
    const { id } = goods[turn % goods.length]!
    newest.set(id, newest.get(id)! + 1)
    await market.owner.pool.query(
      'update shop_product set price_minor = price_minor + 1 where id = $1',
      [id],
    )
    load.updates++
  }
  const search = async (turn: number) => {
    const { id, vendorCode } = goods[(turn * 7) % goods.length]!
    load.searches++
    const response = await fetch(
      new URL(`/v1/search?q=${encodeURIComponent(vendorCode)}&limit=5`, market.url),
    ).catch(() => undefined)
    if (response?.status !== 200) return note(`status ${response?.status ?? 'none'}`)
    const { items } = (await response.json()) as Found
    const found = items.find((item) => item.id === id)
    if (!found) return note('not found')
    const { amount } = found.price
    if (amount < first.get(id)! || amount > newest.get(id)!) note('neither old nor new')
  }

  let stopped = false
  const repeat = async (perSecond: number, act: (turn: number) => Promise<void>) => {
    const running = new Set<Promise<void>>()
    const startedAt = performance.now()
    for (let turn = 0; !stopped; turn++) {
      const wait = (turn * 1_000) / perSecond - (performance.now() - startedAt)
      if (wait > 0) await pause(wait)
      const acting = act(turn)
        .catch((error: unknown) => note(String(error)))
        .finally(() => running.delete(acting))
      running.add(acting)
    }
    await Promise.all(running)
  }
  const running = [repeat(updatesPerSecond, update), repeat(searchesPerSecond, search)]
  return Object.assign(load, {
    async stop() {
      stopped = true
      await Promise.all(running)
    },
  })
}
