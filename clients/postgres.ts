import {
  CamelCasePlugin,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
} from 'kysely'
import { from as copyFrom } from 'pg-copy-streams'
import pg from 'pg'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Database } from '../db/database.ts'

export type PostgresOptions = {
  url: string
  /** Shown in `pg_stat_activity`. */
  applicationName: string
  max?: number
  /**
   * Ends a statement that runs longer: a request must not wait for ever. A server that has said nothing for a little longer
   * than that is gone, and the connection is closed; so is one whose transaction waits as long for something else.
   */
  statementTimeoutMs?: number
  /**
   * Of so many different statements each is parsed and planned once for a connection, which saves a short query most of its
   * time. For those who say the same few things over and over. PgBouncer in transaction mode: from 1.21, with
   * `max_prepared_statements`.
   */
  mostPrepared?: number
}

export type Postgres = {
  db: Kysely<Database>
  pool: pg.Pool
  close(): Promise<void>
}

/**
 * A host that went without a word is asked whether it is there while a statement runs, however long that may take: ten times
 * (libuv), a second apart. Linux alone would begin after two hours.
 */
const PROBED_AFTER_MS = 10_000
/** For the server to say that it has ended a statement. */
const GRACE_MS = 2_000

/** One pool and its query builder. Rows come in camelCase; nested JSON keeps its keys. */
export function connectPostgres({
  url,
  applicationName,
  max = 10,
  statementTimeoutMs,
  mostPrepared = 0,
}: PostgresOptions): Postgres {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: applicationName,
    max,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: PROBED_AFTER_MS,
    ...(statementTimeoutMs === undefined ? {} : { statement_timeout: statementTimeoutMs }),
  })
  // An idle connection that the server closed is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    // So would one that breaks under a statement; whoever waits for its answer is told.
    client.on('error', () => {})
    if (statementTimeoutMs !== undefined) closeWhenSilent(client, statementTimeoutMs + GRACE_MS)
  })
  const db = kyselyOn(mostPrepared > 0 ? preparing(pool, mostPrepared) : pool)
  return { db, pool, close: () => pool.end() }
}

/** `pg` would forget the statement alone, and give the next one the same dead connection. */
function closeWhenSilent(client: pg.PoolClient, silentMs: number): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  stream.setTimeout(silentMs, () =>
    stream.destroy(Object.assign(new Error('PostgreSQL is silent'), { code: 'ETIMEDOUT' })),
  )
}

const kyselyOn = (pool: PostgresPool) =>
  new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })

function preparing(pool: pg.Pool, most: number): PostgresPool {
  const names = new Map<string, string>()
  const nameOf = (text: string) => {
    if (!names.has(text) && names.size < most) names.set(text, `s${names.size}`)
    return names.get(text)
  }
  const connect = async () => {
    const client = await pool.connect()
    const query = async (text: string, values: unknown[]) => {
      const name = nameOf(text)
      try {
        return await client.query(name === undefined ? { text, values } : { name, text, values })
      } catch (error) {
        if (!NOT_AS_PREPARED.has((error as { code?: string }).code ?? '')) throw error
        return client.query({ text, values })
      }
    }
    return {
      query,
      release: (destroy?: boolean) => client.release(destroy),
    } as unknown as PostgresPoolClient
  }
  return { connect, end: () => pool.end(), options: pool.options }
}

/**
 * The statement itself is right, and is said without its name: a migration has changed its columns (0A000), or a pooler has
 * put another server behind the connection, which does not know the name (26000) or knows it already (42P05).
 */
const NOT_AS_PREPARED = new Set(['0A000', '26000', '42P05'])

/** Streams rows in COPY's text format into `target`, inside the transaction it was given with. */
export type Copy = (
  target: string,
  columns: readonly string[],
  lines: Iterable<Uint8Array>,
) => Promise<void>

/** A transaction that may also COPY: kysely does not show the connection that `COPY FROM STDIN` needs. */
export async function transactionWithCopy<T>(
  { pool }: Postgres,
  work: (trx: Kysely<Database>, copy: Copy) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  const connection = { query: client.query.bind(client), release: () => {} }
  const trx = kyselyOn({ connect: async () => connection, end: async () => {}, options: {} })
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(trx, (target, columns, lines) =>
      pipeline(
        Readable.from(lines, { objectMode: true }),
        client.query(copyFrom(`copy ${target} (${columns.join(', ')}) from stdin`)),
      ),
    )
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => (broken = rollbackError))
    throw error
  } finally {
    client.release(broken)
  }
}
