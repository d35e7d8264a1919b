import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import { endChild, openChildren } from '../../stack/children.ts'
import { openPorts } from '../../stack/ports.ts'
import { until } from './until.ts'

const NODES = 3
const SLOTS = 16_384

/** Three masters of the same program as the tests' Redis; close it in `afterAll`. */
export async function startRedisCluster() {
  const known = new Redis(inject('stack').env['REDIS_URL']!)
  const program = /^executable:(.+)$/m.exec(await known.info('server'))![1]!.trim()
  known.disconnect()

  const folder = await mkdtemp(path.join(tmpdir(), 'yarmarka-cluster-'))
  const children = await openChildren(folder)
  const freePort = openPorts(false)
  const nodes = await Promise.all(
    Array.from({ length: NODES }, async (_, at) => {
      const port = await freePort(`node ${at}`, 0)
      // The port on which nodes meet is by 10,000 higher unless it is said.
      const bus = await freePort(`bus ${at}`, 0)
      const child = await children.spawn(
        `node-${at}`,
        path.resolve(`.local/logs/test/redis-cluster-${at}.log`),
        program,
        [
          ...['--port', String(port), '--cluster-port', String(bus), '--bind', '127.0.0.1'],
          ...['--cluster-enabled', 'yes', '--cluster-config-file', path.join(folder, `${at}.conf`)],
          ...['--dir', folder, '--save', '', '--appendonly', 'no'],
        ],
      )
      const redis = new Redis(port, '127.0.0.1')
      redis.on('error', () => {})
      return { port, bus, child, redis }
    }),
  )
  const share = Math.ceil(SLOTS / NODES)
  for (const [at, { redis }] of nodes.entries()) {
    const last = Math.min(SLOTS, (at + 1) * share) - 1
    await until(() => redis.call('CLUSTER', 'ADDSLOTSRANGE', String(at * share), String(last)))
    for (const { port, bus } of nodes)
      await redis.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(bus))
  }
  for (const { redis } of nodes)
    await until(async () => (await redis.cluster('INFO')).includes('cluster_state:ok'))
  return {
    url: `redis://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    async close() {
      for (const { redis, child } of nodes) {
        redis.disconnect()
        await endChild(child)
      }
      children.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
