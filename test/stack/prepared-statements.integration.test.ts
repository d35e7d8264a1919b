import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectPostgres } from '../../clients/postgres.ts'
import { freshDatabase } from '../support/postgres.ts'

const database = await freshDatabase()
const prepared = connectPostgres({
  ...{ url: database.url, applicationName: 'prepared' },
  ...{ max: 1, mostPrepared: 2 },
})
beforeAll(() => sql`create table thing (id int, name text)`.execute(database.owner.db))
afterAll(async () => {
  await prepared.close()
  await database.drop()
})

const held = async () => {
  const { rows } = await prepared.pool.query('select statement from pg_prepared_statements')
  return rows.length
}
const thing = (id: number) => sql`select * from thing where id = ${id}`.execute(prepared.db)

it('the first statements are prepared once, the others answered as ever', async () => {
  await sql`insert into thing values (1, 'one'), (2, 'two')`.execute(database.owner.db)
  for (const id of [1, 2]) expect((await thing(id)).rows).toMatchObject([{ id }])
  expect(await held()).toBe(1)
  for (const n of [1, 2, 3])
    expect((await sql`select ${sql.raw(String(n))} as n`.execute(prepared.db)).rows).toEqual([
      { n },
    ])
  expect(await held()).toBe(2)
})

it('what the server behind the connection does not know any more is answered all the same', async () => {
  await thing(1)
  await prepared.pool.query('deallocate all')
  for (const id of [1, 2]) expect((await thing(id)).rows).toMatchObject([{ id }])
})

it('what a migration changes in the meantime is answered with its new columns', async () => {
  await thing(1)
  await sql`alter table thing add column more text default 'more'`.execute(database.owner.db)
  for (const id of [1, 2]) expect((await thing(id)).rows).toMatchObject([{ id, more: 'more' }])
})
