import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../../stack/cache.ts'
import { openChildren } from '../../stack/children.ts'
import { untilHealthy } from '../../stack/healthy.ts'
import type { StartContext } from '../../stack/part.ts'
import { openPorts } from '../../stack/ports.ts'
import { redisPart } from '../../stack/redis.ts'

export type OwnRedis = {
  url: string
  kill9(): Promise<void>
  /** On its port and with its data; resolves when it answers. */
  start(): Promise<void>
  close(): Promise<void>
}

/** A Redis as the local stack has it, which nobody starts again by itself. */
export async function openOwnRedis(): Promise<OwnRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'yarmarka-redis-'))
  const children = await openChildren(join(folder, 'run'))
  const logFile = join(import.meta.dirname, '../../.local/logs/bench/own-redis.log')
  const obtained = await redisPart.obtain({ cacheDir: cacheFolder(), progress: () => {} })
  const context: StartContext = {
    ...{ dataDir: join(folder, 'data'), logFile, port: openPorts(false) },
    spawn: (program, args, options) => children.spawn('redis', logFile, program, args, options),
    healthy: (child, check, timeoutMs) =>
      untilHealthy(child, check, { what: redisPart.title, logFile, timeoutMs }),
  }
  let running = await redisPart.start(obtained, context)
  return {
    url: running.env['REDIS_URL']!,
    async kill9() {
      running.child.kill('SIGKILL')
      await running.child.exited
    },
    async start() {
      running = await redisPart.start(obtained, context)
    },
    async close() {
      await running.stop()
      children.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
