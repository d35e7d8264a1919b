import { sql } from 'kysely'
import { afterAll, expect, it } from 'vitest'
import { freshDatabase } from './postgres.ts'

const database = await freshDatabase()
afterAll(() => database.drop())

it('gives a migrated database where each role is itself', async () => {
  for (const role of ['seller', 'storefront', 'system'] as const) {
    const { rows } = await sql<{ user: string }>`select current_user as user`.execute(
      database[role].db,
    )
    expect(rows).toEqual([{ user: `yarmarka_${role}` }])
  }
  expect(await database.system.db.selectFrom('change').selectAll().execute()).toEqual([])
})
