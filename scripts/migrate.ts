import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import { connectPostgres } from '../clients/postgres.ts'
import { readConfigOrExit, roleUrl, type DatabaseRole, type PostgresConfig } from '../config.ts'

const folder = join(import.meta.dirname, '../db/migrations')

async function readMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts')).sort()
  const entries = files.map(async (file) => {
    const migration = (await import(pathToFileURL(join(folder, file)).href)) as Migration
    return [file.replace(/\.ts$/, ''), migration] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** Brings the database to the newest migration; does nothing when it is there. Returns the names of those it ran. */
export async function migrate(config: PostgresConfig): Promise<string[]> {
  const { db, close } = connectPostgres({
    url: config.POSTGRES_URL,
    applicationName: 'yarmarka-migrate',
    max: 2,
  })
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: readMigrations } })
    const { error, results } = await migrator.migrateToLatest()
    if (error) throw error
    for (const role of ['seller', 'storefront', 'system'] satisfies DatabaseRole[]) {
      const { username, password } = new URL(roleUrl(config, role))
      if (password)
        await sql`alter role ${sql.id(decodeURIComponent(username))} password ${sql.lit(decodeURIComponent(password))}`.execute(
          db,
        )
    }
    return (results ?? []).map(({ migrationName }) => migrationName)
  } finally {
    await close()
  }
}

if (import.meta.main) {
  const ran = await migrate(readConfigOrExit('migrate'))
  console.log(ran.length === 0 ? 'database is up to date' : `migrated: ${ran.join(', ')}`)
}
