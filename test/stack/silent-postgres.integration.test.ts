import { once } from 'node:events'
import { connect, createServer, Socket, type AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { afterAll, expect, it, vi } from 'vitest'
import { connectPostgres } from '../../clients/postgres.ts'
import { problemOf } from '../../api/problem-of.ts'
import { freshDatabase } from '../support/postgres.ts'
import { until } from '../support/until.ts'

const database = await freshDatabase()
/** Passes connections on to PostgreSQL until it is told to keep those that there are open and silent. */
const passed = new Set<Socket>()
const proxy = createServer((socket) => {
  const { hostname, port } = new URL(database.url)
  const onward = connect(Number(port), hostname)
  for (const one of [socket, onward]) one.on('error', () => {})
  socket.pipe(onward).pipe(socket)
  passed.add(socket).add(onward)
}).listen(0, '127.0.0.1')
await once(proxy, 'listening')
const fallSilent = () => {
  for (const socket of passed) socket.unpipe().pause()
}

const address = new URL(database.url)
address.hostname = '127.0.0.1'
address.port = String((proxy.address() as AddressInfo).port)
const options = { url: address.href, applicationName: 'silent', max: 1 }
const postgres = connectPostgres({ ...options, statementTimeoutMs: 500 })
const patient = connectPostgres(options)
afterAll(async () => {
  await Promise.all([postgres.close(), patient.close()])
  proxy.close()
  for (const socket of passed) socket.destroy()
  await database.drop()
})

it('a server that falls silent is given up, and asked again by another connection', async () => {
  await sql`select 1`.execute(postgres.db)
  fallSilent()
  const error: unknown = await sql`select 1`.execute(postgres.db).catch((error: unknown) => error)
  expect(problemOf(error).status).toBe(503)
  await until(async () => (await sql`select 1 as n`.execute(postgres.db)).rows.length === 1)
})

it('a statement that takes too long is ended by the server, and the connection is kept', async () => {
  const server = async () =>
    (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(postgres.db)).rows[0]!.pid
  const before = await server()
  await expect(sql`select pg_sleep(60)`.execute(postgres.db)).rejects.toMatchObject({
    code: '57014',
  })
  expect(await server()).toBe(before)
})

it('a connection that breaks under a statement ends the statement, and nothing else', async () => {
  const asleep = sql`select pg_sleep(60)`.execute(patient.db).catch((error: unknown) => error)
  await until(async () => {
    const { rows } = await sql`
      select from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'`.execute(
      database.owner.db,
    )
    return rows.length > 0
  })
  for (const socket of passed) socket.destroy()
  expect(problemOf(await asleep).status).toBe(503)
})

it('a host that went without a word is asked within seconds whether it is there', async () => {
  const setKeepAlive = vi.spyOn(Socket.prototype, 'setKeepAlive')
  const another = connectPostgres({ url: database.url, applicationName: 'probed' })
  try {
    await sql`select 1`.execute(another.db)
    expect(setKeepAlive).toHaveBeenCalledWith(true, 10_000)
  } finally {
    setKeepAlive.mockRestore()
    await another.close()
  }
})
