import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { connectPostgres } from '../../clients/postgres.ts'
import { readConfig, type PostgresConfig } from '../../config.ts'
import { migrate } from '../../scripts/migrate.ts'

/** A migrated database to copy from: a copy takes a fraction of the time of the migrations. */
export async function createTemplate(
  env: Record<string, string>,
): Promise<{ name: string; drop(): Promise<void> }> {
  const config = readConfig('migrate', env)
  const name = `yarmarka_template_${randomUUID().replaceAll('-', '')}`
  await onServer(config, `create database ${name}`)
  await migrate({ ...config, POSTGRES_URL: onDatabase(config.POSTGRES_URL, name) })
  return { name, drop: () => onServer(config, `drop database ${name} with (force)`) }
}

/** Runs a statement that belongs to the whole server, as the owner. */
export async function onServer(config: PostgresConfig, statement: string): Promise<void> {
  const { db, close } = connectPostgres({
    url: onDatabase(config.POSTGRES_URL, 'postgres'),
    applicationName: 'yarmarka-test',
    max: 1,
  })
  try {
    await sql.raw(statement).execute(db)
  } finally {
    await close()
  }
}

/** The same server, user and password, another database. */
export function onDatabase(url: string, name: string): string {
  const address = new URL(url)
  address.pathname = `/${name}`
  return address.href
}
