import { afterAll, describe, expect, it } from 'vitest'
import { createShop } from '../support/marketplace.ts'
import { until } from '../support/until.ts'
import { freshSearch } from './fresh-search.ts'
import { createCategory, createGood, type Good } from './goods.ts'
import { storefrontApp } from './storefront-app.ts'

const fresh = await freshSearch()
afterAll(() => fresh.close())
const { database, deps } = fresh

const shop = await createShop(database.owner.db)
const category = await createCategory(database.owner.db, 'Прочее')
const add = (name: string, good: Partial<Good> = {}) =>
  createGood(database.owner.db, shop, { category, name, units: 1, ...good })

const withSigns = [
  'Кран ½',
  'Переходник 1½',
  'Муфта ¾″',
  'Фильтр 5 µm',
  'Сетка 80µm',
  'Плитка 30 ㎡',
  'Часть Ⅱ',
  'Лампа 5℃',
  'Рулон 2 м²',
  'Баллон CO₂',
  'Конструктор Lego™',
  'Кабель 4\u00a0м',
  'Навесной за\u0301мок',
]
for (const name of withSigns) await add(name)
await add('Болт', { vendorCode: 'Ё-12', popularity: 900 })
await add('Гайка', { vendorCode: 'Е-12' })
await add('Шампунь', { brand: 'Чёрный Жемчуг' })
await add('Бусы из жемчуга')
await fresh.project()

const { get } = storefrontApp(deps)
// The first look-up of a node that has just been started takes longer than a buyer would wait.
await until(async () => (await get('/search?q=abkmnh')).body.correctedQuery === 'фильтр')
const search = async (q: string) => {
  const { status, body } = await get(`/search?${new URLSearchParams({ q })}`)
  expect(status).toBe(200)
  return body
}
const namesOf = ({ items }: { items: { name: string }[] }) => items.map(({ name }) => name)

describe('a good is found by its own name', () => {
  it.each(withSigns)('«%s»', async (name) => {
    const body = await search(name)
    expect(namesOf(body)).toEqual([name])
    expect(body).not.toHaveProperty('correctedQuery')
  })
})

describe('an article', () => {
  it.each(['Ё-12', 'Е-12', 'ё12'])('with ё is as good as one without it: «%s»', async (q) => {
    expect(namesOf(await search(q))).toEqual(['Болт', 'Гайка'])
  })
})

describe('a brand', () => {
  it('is found as it is written, never by a stem', async () => {
    expect(namesOf(await search('жемчуг')).sort()).toEqual(['Бусы из жемчуга', 'Шампунь'])
    expect(namesOf(await search('жемчуга'))).toEqual(['Бусы из жемчуга'])
  })
})
