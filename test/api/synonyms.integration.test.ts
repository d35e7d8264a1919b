import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MOST_GROUPS } from '../../db/storefront/synonyms.ts'
import { createShop } from '../support/marketplace.ts'
import { freshDatabase } from '../support/postgres.ts'
import { ALL_SCOPES, authorised, testApp } from './app.ts'

const database = await freshDatabase()
afterAll(() => database.drop())
const owner = database.owner.db
const { app } = testApp({ storefront: database.storefront.db, system: database.system.db })

let admin: { Authorization: string }
let seller: { Authorization: string }
beforeAll(async () => {
  const { sellerId } = await createShop(owner)
  admin = await authorised(owner, null, ['admin'])
  seller = await authorised(owner, sellerId, ALL_SCOPES)
})

type Group = { id: string; terms: string[]; means: string[] }
type Body = Group & {
  items: Group[]
  nextCursor: string | null
  errors?: { path: string; message: string }[]
  synonymId?: string
}
const PATH = '/v1/admin/synonyms'
async function call(method: string, path: string, body?: object, headers: object = admin) {
  const response = await app.request(path, {
    method,
    headers: { ...headers, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(text || '{}') as Body,
  }
}
const create = (terms: string[], means?: string[]) =>
  call('POST', PATH, { terms, ...(means && { means }) })
const made = async (terms: string[], means?: string[]) => {
  const { status, body } = await create(terms, means)
  expect(status).toBe(201)
  return body
}
const termsOf = async (query: string) =>
  (await call('GET', `${PATH}?${query}`)).body.items.map(({ terms }) => terms.join(', '))

describe('GET /v1/admin/synonyms', () => {
  it('goes through all of them, page by page', async () => {
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { body: Body } = await call(
        'GET',
        `${PATH}?limit=40${cursor && `&cursor=${cursor}`}`,
      )
      expect(page.body.items.length).toBeLessThanOrEqual(40)
      seen.push(...page.body.items.map(({ id }) => id))
      cursor = page.body.nextCursor
    }
    const rows = await owner.selectFrom('searchSynonym').select('id').orderBy('id').execute()
    expect(seen).toEqual(rows.map(({ id }) => id))
    expect(seen.length).toBeGreaterThan(100)
  })

  it('finds the groups that speak of a word, in any form of it, in what they mean too', async () => {
    expect(await termsOf('word=смартфонами')).toEqual([
      'смартфон, мобильный телефон, сотовый телефон, мобильник',
      'телефон',
      'гаджет',
    ])
    expect(await termsOf('word=сотового телефона')).toHaveLength(1)
    expect(await termsOf('word=астролябия')).toEqual([])
  })

  it('pages what it has found', async () => {
    const first = await call('GET', `${PATH}?word=смартфон&limit=2`)
    expect(first.body.items).toHaveLength(2)
    expect(await termsOf(`word=смартфон&limit=2&cursor=${first.body.nextCursor}`)).toEqual([
      'гаджет',
    ])
  })

  it.each(['limit=0', 'cursor=made-up', 'word=', `word=${'я'.repeat(61)}`])(
    'is 400 for «%s»',
    async (query) => {
      expect((await call('GET', `${PATH}?${query}`)).status).toBe(400)
    },
  )
})

describe('POST /v1/admin/synonyms', () => {
  it('is 201 with the group, which can be read, and leaves its entry', async () => {
    const { status, headers, body } = await create([' ухват ', 'рогач'])
    expect(status).toBe(201)
    expect(body).toEqual({ id: body.id, terms: ['ухват', 'рогач'], means: [] })
    const path = headers.get('Location')!
    expect(path).toBe(`${PATH}/${body.id}`)
    expect((await call('GET', path)).body).toEqual(body)
    const entry = await owner
      .selectFrom('auditEntry')
      .select(['action', 'data', 'sellerId'])
      .where('subject', '=', `synonym:${body.id}`)
      .executeTakeFirstOrThrow()
    expect(entry).toEqual({
      ...{ action: 'synonym.created', sellerId: null },
      data: { terms: ['ухват', 'рогач'], means: [] },
    })
  })

  it.each([
    ['a blank term', ['самоварчик', ' '], undefined, ['terms.1']],
    ['a term without a word', ['самоварчик', '«!»'], undefined, ['terms.1']],
    ['a term of stop words', ['самоварчик', 'для и под'], undefined, ['terms.1']],
    ['a repeated term', ['самоварчик', 'чайничек', 'Самоварчики'], undefined, ['terms.2']],
    ['a term that means itself', ['самоварчик'], ['самоварчиком'], ['means.0']],
    ['a term by itself', ['самоварчик'], undefined, ['terms']],
    ['no term', [], ['самоварчик'], ['terms']],
    ['too many terms', 'абвгдеж'.split(''), undefined, ['terms']],
    ['too many meanings', ['самоварчик'], 'абвгде'.split(''), ['means']],
    ['a term too long', ['самоварчик', 'я'.repeat(61)], undefined, ['terms.1']],
    ['a term of five words', ['самоварчик', 'раз два три четыре пять'], undefined, ['terms.1']],
    ['a control character', ['самоварчик', 'чай\u0000ник'], undefined, ['terms.1']],
  ])('is 400 for %s, which it names', async (_, terms, means, paths) => {
    const { status, body } = await create(terms, means)
    expect(status).toBe(400)
    expect(body.errors?.map(({ path }) => path)).toEqual(paths)
  })

  it('is 400 for an unknown field', async () => {
    const { status, body } = await call('POST', PATH, { terms: ['ветка', 'лопата'], weight: 1 })
    expect([status, body.errors?.[0]?.path]).toEqual([400, 'weight'])
  })

  it('is 409 for a pair that is there, naming its group', async () => {
    const { id } = await made(['кочерга', 'клюка'])
    const { status, body } = await create(['печка', 'клюки', 'кочерга'])
    expect(status).toBe(409)
    expect(body).toMatchObject({ synonymId: id, errors: [{ path: 'terms.1' }] })
  })

  it('is 409 for a term that would mean more than search looks at', async () => {
    const { status, body } = await create(['xiaomi', 'миаоксик'])
    expect([status, body.errors?.[0]?.path]).toEqual([409, 'terms.0'])
  })

  it('lets one of two at once through', async () => {
    const answers = await Promise.all([create(['ларь', 'сундук']), create(['сундук', 'ларь'])])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409])
  })

  it(`is 409 beyond ${MOST_GROUPS} groups`, async () => {
    const { id } = await owner
      .selectFrom('searchSynonym')
      .select((all) => all.fn.max('id').as('id'))
      .executeTakeFirstOrThrow()
    const many = Array.from({ length: MOST_GROUPS }, (_, at) => ({ terms: [`а${at}`, `б${at}`] }))
    await owner.insertInto('searchSynonym').values(many).execute()
    expect((await create(['кадка', 'бадья'])).status).toBe(409)
    await owner.deleteFrom('searchSynonym').where('id', '>', id!).execute()
    expect((await create(['кадка', 'бадья'])).status).toBe(201)
  })
})

describe('PUT /v1/admin/synonyms/{id}', () => {
  it('is 200 with the group replaced, its own pairs included, and leaves what it was', async () => {
    const { id } = await made(['зипун', 'армяк'])
    const { status, body } = await call('PUT', `${PATH}/${id}`, {
      terms: ['зипун'],
      means: ['армяк'],
    })
    expect([status, body]).toEqual([200, { id, terms: ['зипун'], means: ['армяк'] }])
    expect((await call('GET', `${PATH}/${id}`)).body).toEqual(body)
    const { data } = await owner
      .selectFrom('auditEntry')
      .select('data')
      .where('subject', '=', `synonym:${id}`)
      .where('action', '=', 'synonym.replaced')
      .executeTakeFirstOrThrow()
    expect(data).toMatchObject({ before: { terms: ['зипун', 'армяк'], means: [] } })
  })

  it('is 400 for what a new one is, and 409 for a pair of another group', async () => {
    const { id } = await made(['лапти', 'лыковая обувь'])
    await made(['онучи', 'портянки'])
    const put = (terms: string[]) => call('PUT', `${PATH}/${id}`, { terms })
    expect((await put(['лапти', 'лаптями'])).body.errors?.[0]?.path).toBe('terms.1')
    expect((await put(['лапти', 'портянка', 'онуча'])).status).toBe(409)
    expect((await call('GET', `${PATH}/${id}`)).body.terms).toEqual(['лапти', 'лыковая обувь'])
  })
})

describe('DELETE /v1/admin/synonyms/{id}', () => {
  it('is 204, and the group is gone', async () => {
    const { id } = await made(['прялка', 'самопрялка'])
    expect((await call('DELETE', `${PATH}/${id}`)).status).toBe(204)
    expect((await call('GET', `${PATH}/${id}`)).status).toBe(404)
    expect((await call('DELETE', `${PATH}/${id}`)).status).toBe(404)
    expect((await create(['прялка', 'самопрялка'])).status).toBe(201)
  })
})

describe('what names no group', () => {
  it.each(['0', '999999', 'abc', '99999999999999999999'])('is 404: %s', async (id) => {
    const body = { terms: ['ветка', 'лопата'] }
    const answers = await Promise.all([
      call('GET', `${PATH}/${id}`),
      call('PUT', `${PATH}/${id}`, body),
      call('DELETE', `${PATH}/${id}`),
    ])
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404])
  })
})

it('no route is open without a key (401), or to a seller (403)', async () => {
  const body = { terms: ['ветка', 'лопата'] }
  for (const [method, path, sent] of [
    ['GET', PATH, undefined],
    ['POST', PATH, body],
    ['GET', `${PATH}/1`, undefined],
    ['PUT', `${PATH}/1`, body],
    ['DELETE', `${PATH}/1`, undefined],
  ] as const) {
    expect((await call(method, path, sent, {})).status).toBe(401)
    expect((await call(method, path, sent, seller)).status).toBe(403)
  }
})
