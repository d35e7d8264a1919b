import { chown, mkdir, readdir, readFile, realpath, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { abilities, endChild } from './children.ts'
import type { Obtained, ObtainContext, Part, StartContext } from './part.ts'
import { programFromWheel } from './python-wheel.ts'
import { findProgram, isExecutable, runProgram } from './run-program.ts'

const oldestMajor = 15
const owner = 'yarmarka_owner'
const database = 'yarmarka'

const settings = {
  listen_addresses: '127.0.0.1',
  max_connections: '200',
  shared_buffers: '256MB',
  work_mem: '16MB',
  maintenance_work_mem: '256MB',
  random_page_cost: '1.1',
  jit: 'off',
  track_io_timing: 'on',
  // Imports write gigabytes of WAL: checkpoints by time, not by size.
  max_wal_size: '4GB',
  min_wal_size: '512MB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  // PGSync, the peer of the sync benchmark, decodes the WAL.
  wal_level: 'logical',
  synchronous_commit: 'on',
}

export const postgresPart: Part = {
  name: 'postgres',
  title: 'PostgreSQL',
  urlVariable: 'POSTGRES_URL',
  check: (url) => query(url, 'select 1'),

  async obtain(context) {
    return (await findInstalled()) ?? (await fromWheel(context))
  },

  async start({ programs }, context) {
    const dataDir = path.join(context.dataDir, 'cluster')
    await refuseOtherMajor(programs, dataDir)
    const sockets = await socketFolder(context.dataDir)
    await giveToNobody(context.dataDir, ...(sockets ? [sockets] : []))
    await ensureCluster(programs, dataDir, context)

    const port = await context.port('postgres', 5432)
    const child = await context.spawn(
      programs.postgres!,
      [
        ...['-D', dataDir, '-p', String(port)],
        ...Object.entries({
          ...settings,
          unix_socket_directories: sockets,
        }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      { notAsRoot: true },
    )
    const urlOf = (name: string) => `postgres://${owner}@127.0.0.1:${port}/${name}`
    await context.healthy(child, () => query(urlOf('postgres'), 'select 1'))
    await ensureDatabase(urlOf('postgres'))
    return {
      child,
      env: {
        POSTGRES_URL: urlOf(database),
        POSTGRES_PROGRAMS_DIR: path.dirname(programs.postgres!),
      },
      addresses: [{ what: 'PostgreSQL', url: urlOf(database) }],
      stop: () => endChild(child, 'SIGINT', 20_000),
    }
  },
}

const names = ['postgres', 'initdb', 'pg_basebackup', 'pg_receivewal', 'pg_verifybackup', 'pg_dump']

/** Debian keeps the server's programs off the PATH, a folder per major version. */
async function findInstalled(): Promise<Obtained | undefined> {
  const debian = '/usr/lib/postgresql'
  const majors = (await readdir(debian).catch(() => [])).sort((a, b) => Number(b) - Number(a))
  const found = await findProgram(
    ['postgres'],
    majors.map((major) => path.join(debian, major, 'bin')),
  )
  if (!found) return undefined
  const folder = path.dirname(await realpath(found))
  const whole = await Promise.all(names.map((name) => isExecutable(path.join(folder, name))))
  const version = await versionOf(path.join(folder, 'postgres'))
  if (!whole.every(Boolean) || Number.parseInt(version) < oldestMajor) return undefined
  return { programs: programsIn(folder), source: `installed, ${version}` }
}

async function fromWheel(context: ObtainContext): Promise<Obtained> {
  const program = await programFromWheel(context, 'postgres', {
    name: 'pgserver',
    version: '0.1.4',
    pythonVersion: '3.11',
  })
  return { programs: programsIn(path.dirname(program)), source: `pip, ${await versionOf(program)}` }
}

function programsIn(folder: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, path.join(folder, name)]))
}

async function versionOf(postgres: string): Promise<string> {
  return (await runProgram(postgres, ['--version'])).match(/\d+(\.\d+)?/)?.[0] ?? '0'
}

async function refuseOtherMajor(programs: Record<string, string>, dataDir: string): Promise<void> {
  const theirs = await readFile(path.join(dataDir, 'PG_VERSION'), 'utf8').catch(() => undefined)
  const ours = Number.parseInt(await versionOf(programs.postgres!))
  if (theirs !== undefined && Number(theirs) !== ours) {
    throw new Error(
      `the data in ${dataDir} are of PostgreSQL ${theirs.trim()}, the program is ${ours}: ` +
        `install ${theirs.trim()}, or begin anew with npm run reset`,
    )
  }
}

/** The cluster appears under its name only when whole, so that a killed initdb leaves nothing behind. */
async function ensureCluster(
  programs: Record<string, string>,
  dataDir: string,
  context: StartContext,
): Promise<void> {
  if (await readFile(path.join(dataDir, 'PG_VERSION')).catch(() => undefined)) return
  const partial = `${dataDir}.partial`
  await rm(partial, { recursive: true, force: true })
  const initdb = await context.spawn(
    programs.initdb!,
    [
      ...['-D', partial, '--username', owner, '--auth', 'trust'],
      // C.UTF-8 and not C: lower() and ILIKE must know Cyrillic letters.
      ...['--encoding', 'UTF8', '--locale', 'C.UTF-8'],
    ],
    { notAsRoot: true },
  )
  const code = await initdb.exited
  if (code !== 0) throw new Error(`initdb ended with ${code}; see ${context.logFile}`)
  await rename(partial, dataDir)
}

/** The name of a socket holds 107 bytes at most; deeper checkouts do with TCP alone. */
async function socketFolder(dataDir: string): Promise<string> {
  const folder = path.join(dataDir, 'socket')
  await mkdir(folder, { recursive: true })
  return Buffer.byteLength(folder) > 80 ? '' : folder
}

async function ensureDatabase(url: string): Promise<void> {
  const found = await query(url, `select from pg_database where datname = '${database}'`)
  if (found.rowCount === 0) await query(url, `create database ${database}`)
}

/** Root without user namespaces (some containers): the server runs as nobody, who must own its data. */
async function giveToNobody(dataDir: string, ...folders: string[]): Promise<void> {
  if (process.getuid?.() !== 0 || (await abilities()).userNamespace) return
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (which) => Number(await runProgram('id', [which, 'nobody']))),
  )
  for (const folder of [dataDir, ...folders]) await chown(folder, uid!, gid!)
  await runProgram('setpriv', ['--reuid', 'nobody', '--clear-groups', 'ls', dataDir]).catch(() => {
    throw new Error(
      `PostgreSQL refuses root, and this machine has no user namespaces: work as an ordinary user, ` +
        `or where others may enter (not ${dataDir}), or set POSTGRES_URL`,
    )
  })
}

async function query(connectionString: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2000 })
  client.on('error', () => {})
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}
