import { sql } from 'kysely'
import { afterAll, expect, it } from 'vitest'
import { freshDatabase } from './postgres.ts'

const database = await freshDatabase()
afterAll(() => database.drop())

it('a fresh database is migrated, empty, and known to each role by its own name', async () => {
  for (const role of ['seller', 'storefront', 'system'] as const) {
    const { rows } = await sql`select current_user as user`.execute(database[role].db)
    expect(rows).toEqual([{ user: `yarmarka_${role}` }])
  }
  expect(await database.system.db.selectFrom('change').selectAll().execute()).toEqual([])
})
