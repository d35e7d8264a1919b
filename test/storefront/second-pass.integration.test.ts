import { errors } from '@elastic/elasticsearch'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { PLENTY } from '../../domain/storefront/search-query.ts'
import { createShop } from '../support/marketplace.ts'
import { until } from '../support/until.ts'
import { freshSearch } from './fresh-search.ts'
import { createCategory, createGood, type Good } from './goods.ts'
import { storefrontApp } from './storefront-app.ts'

const fresh = await freshSearch()
afterAll(() => fresh.close())
const { database, server } = fresh

const noted: { q: string; correctedQuery?: string | undefined }[] = []
const deps = {
  ...fresh.deps,
  searchLog: {
    note: ({ q, correctedQuery }: (typeof noted)[number]) => noted.push({ q, correctedQuery }),
  },
}
const shop = await createShop(database.owner.db)
const headphones = await createCategory(database.owner.db, 'Наушники')
const phones = await createCategory(database.owner.db, 'Смартфоны')
const drills = await createCategory(database.owner.db, 'Дрели')
const others = await createCategory(database.owner.db, 'Прочее')
const plaids = await createCategory(database.owner.db, 'Пледы')
const add = (name: string, good: Partial<Good> = {}) =>
  createGood(database.owner.db, shop, { category: headphones, name, units: 1, ...good })
for (const colour of ['чёрные', 'белые', 'синие', 'серые'])
  await add(`Наушники Sony WH-1000XM5 ${colour}`, { brand: 'Sony' })
for (const size of ['большой', 'малый']) await add(`Плед шерстяной ${size}`, { category: plaids })
await add('Плед тонкий', {
  category: plaids,
  attributes: [{ name: 'Материал', value: 'бамбук' }],
})
for (const size of ['большой', 'малый', 'детский'])
  await add(`Плед мягкий ${size}`, { category: plaids })
await add('Дрель Makita HP1630K', { brand: 'Makita', category: drills })
await add('Смартфон Samsung Galaxy S21', { brand: 'Samsung', category: phones })
const length = (metres: number) => [{ name: 'Длина', value: metres > 1 ? 'длинный' : 'короткий' }]
for (let number = 1; number <= PLENTY; number++)
  await add(`Кабель USB белый ${number} м`, { category: others, attributes: length(number) })
await add('Кабель USB чёрный 1 м', { category: others, attributes: length(1) })
await add('Колонка JBL синяя', { category: others, units: 0, popularity: 900 })
await add('Колонка JBL серая', { category: others, popularity: 1 })
await fresh.project()

const { get } = storefrontApp(deps)
// The first look-up of a node that has just been started takes longer than a buyer would wait.
await until(async () => (await get('/search?q=yfeiybrb')).body.correctedQuery === 'наушники')
const search = async (q: string, more: Record<string, string> = {}) => {
  const { status, body } = await get(`/search?${new URLSearchParams({ q, ...more })}`)
  expect(status).toBe(200)
  return body
}

let searches = 0
server.client.diagnostic.on('request', (_error, event) => {
  if (/_m?search$/.test(event?.meta.request.params.path ?? '')) searches++
})
beforeEach(() => (searches = 0))

describe('what is typed on the wrong layout, in the wrong letters or misspelt', () => {
  it.each([
    ['yfeiybrb', 'наушники', 4],
    ['ыщтн', 'sony', 4],
    ['naushniki sony', 'наушники sony', 4],
    ['нуашники', 'наушники', 4],
    ['yfeiybrb ыщтн', 'наушники sony', 4],
    ['дрль makitta', 'дрель makita', 1],
  ])('«%s» is answered as «%s», which the caller is told', async (q, correctedQuery, total) => {
    expect(await search(q)).toMatchObject({ correctedQuery, total })
    expect(searches).toBe(3)
  })

  it('has the facets of what is answered', async () => {
    const { facets } = await search('yfeiybrb')
    expect(facets.brand).toEqual([{ value: 'Sony', count: 4, selected: false }])
  })

  it('is counted as what was put right', async () => {
    noted.length = 0
    await search('yfeiybrb')
    await search('наушники')
    expect(noted).toEqual([
      { q: 'yfeiybrb', correctedQuery: 'наушники' },
      { q: 'наушники', correctedQuery: undefined },
    ])
  })

  it('is answered page by page', async () => {
    const first = await search('yfeiybrb', { limit: '3' })
    searches = 0
    const second = await search('yfeiybrb', { limit: '3', cursor: first.nextCursor })
    expect(searches).toBe(1)
    const ids = [...first.items, ...second.items].map(({ id }: { id: string }) => id)
    expect(new Set(ids).size).toBe(4)
    expect(second).toMatchObject({ correctedQuery: 'наушники', nextCursor: null })
  })
})

describe('a query of which one word is nothing', () => {
  it.each([
    ['срочно наушники', 'наушники', 4],
    ['наушники sony ъыьъыь', 'наушники sony', 4],
    ['yfeiybrb ъыьъыь', 'наушники', 4],
  ])('«%s» is answered as «%s», which the caller is told', async (q, correctedQuery, total) => {
    expect(await search(q)).toMatchObject({ correctedQuery, total })
  })

  it('is of what whoever searches wants anyway, and nobody is told', async () => {
    const body = await search('купить наушники недорого')
    expect(body.total).toBe(4)
    expect(body).not.toHaveProperty('correctedQuery')
  })
})

describe('of three words', () => {
  it('all are meant where there is plenty', async () => {
    expect((await search('кабель usb белый')).total).toBe(PLENTY)
    expect(searches).toBe(1)
  })

  it('two suffice where there is little, those with all of them first', async () => {
    const { items, total } = await search('наушники sony белые')
    expect(items[0].name).toBe('Наушники Sony WH-1000XM5 белые')
    expect(total).toBe(4)
  })

  it('what is chosen besides does not make it two', async () => {
    const short = { 'attr.Длина': 'короткий' }
    const chosen = await search('кабель usb белый', short)
    expect(chosen.items).toMatchObject([{ name: 'Кабель USB белый 1 м' }])
    expect((await search('кабель usb чёрный', short)).total).toBe(2)
  })

  it('one that attributes or descriptions alone have is a word like any other', async () => {
    const body = await search('плед бамбук')
    expect(body.total).toBe(1)
    expect(body).not.toHaveProperty('correctedQuery')
  })

  it('later pages have as many as the first one said', async () => {
    const q = 'наушники sony белые'
    const first = await search(q, { limit: '3' })
    const second = await search(q, { limit: '3', cursor: first.nextCursor })
    expect(first.total).toBe(4)
    expect(second).toMatchObject({ total: 4, items: [{}], nextCursor: null })
  })

  it('one that is misspelt is put right before it is left out', async () => {
    expect(await search('наушники sony блые')).toMatchObject({
      correctedQuery: 'наушники sony белые',
      items: [{ name: 'Наушники Sony WH-1000XM5 белые' }, {}, {}, {}],
    })
  })
})

it('puts first what can be bought', async () => {
  const { items } = await search('колонка jbl')
  expect(items).toMatchObject([{ name: 'Колонка JBL серая' }, { name: 'Колонка JBL синяя' }])
})

describe('without time for the look-up', () => {
  const { get } = storefrontApp({
    ...deps,
    search: Object.assign(Object.create(server.client), {
      search: () => Promise.reject(new errors.TimeoutError('Request timed out')),
    }),
  })

  it('a first page is of what was typed', async () => {
    expect(await get('/search?q=galaxy+s21')).toMatchObject({ status: 200, body: { total: 1 } })
    expect(await get('/search?q=yfeiybrb')).toMatchObject({ status: 200, body: { total: 0 } })
  })

  it('later pages are of what was typed, too', async () => {
    const page = { q: 'плед шерстяной vzurbq', limit: '1' }
    expect(await search(page.q)).toMatchObject({
      correctedQuery: 'плед шерстяной мягкий',
      total: 5,
    })
    const { body: first } = await get(`/search?${new URLSearchParams(page)}`)
    expect(first).toMatchObject({ total: 2 })
    const second = await search(page.q, { limit: '1', cursor: first.nextCursor })
    expect(second).toMatchObject({ total: 2, nextCursor: null })
    expect(second).not.toHaveProperty('correctedQuery')
    expect(second.items[0].id).not.toBe(first.items[0].id)
  })

  it('a later page of what was put right needs none', async () => {
    const { nextCursor } = await search('yfeiybrb', { limit: '3' })
    const page = new URLSearchParams({ q: 'yfeiybrb', limit: '3', cursor: nextCursor })
    expect(await get(`/search?${page}`)).toMatchObject({
      status: 200,
      body: { total: 4, correctedQuery: 'наушники' },
    })
  })
})

describe('what is typed right', () => {
  it('is asked for once when enough is found', async () => {
    expect(await search('наушники')).not.toHaveProperty('correctedQuery')
    expect(searches).toBe(1)
  })

  it('stays as it is when there is little of it', async () => {
    expect(await search('galaxy s21')).not.toHaveProperty('correctedQuery')
    expect(searches).toBe(2)
  })

  it('is found by articles joined and split', async () => {
    for (const q of ['wh1000xm5', 'wh 1000 xm5', 'WH-1000 XM 5', 'sony xm5'])
      expect((await search(q)).total).toBe(4)
  })
})

describe('synonyms', () => {
  it('that everybody uses are there from the start', async () => {
    for (const q of ['мобильник', 'сотовый телефон', 'самсунг'])
      expect((await search(q)).total).toBe(1)
    expect(await search('cfvceyu')).toMatchObject({ correctedQuery: 'самсунг', total: 1 })
  })

  it('work without a reindex once they are written', async () => {
    expect((await search('бумбоксы')).total).toBe(0)
    await database.system.db
      .insertInto('searchSynonym')
      .values({ terms: ['бумбокс'], means: ['наушники'] })
      .execute()
    const { get } = storefrontApp(deps)
    const { body } = await get(`/search?${new URLSearchParams({ q: 'бумбоксы' })}`)
    expect(body.total).toBe(4)
  })
})

it.each([
  'ъыь'.repeat(160),
  '\u0000',
  '🎧 🎧',
  '"(*) AND NOT [a TO b]~9',
  'a '.repeat(250),
  "';--",
])('answers «%s» without an error', async (q) => {
  expect((await search(q)).items).toBeInstanceOf(Array)
  expect(searches).toBeLessThanOrEqual(3)
})
