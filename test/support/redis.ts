import { Redis } from 'ioredis'
import { inject } from 'vitest'

export type TestRedis = {
  redis: Redis
  url: string
  env: { REDIS_URL: string }
  close(): Promise<void>
}

/** One of the server's 16 databases is where the others are handed out. */
const databases = 15

/** An empty database of its own; call it once per test file and close it in `afterAll`. */
export async function freshRedis(): Promise<TestRedis> {
  const server = inject('stack').env['REDIS_URL']
  if (!server) throw new Error('Redis is not among TEST_PARTS')
  const allocator = new Redis(server)
  const taken = await allocator.incr('yarmarka-test:databases')
  await allocator.quit()

  const address = new URL(server)
  address.pathname = `/${1 + (taken % databases)}`
  const redis = new Redis(address.href)
  await redis.flushdb()
  return {
    redis,
    url: address.href,
    env: { REDIS_URL: address.href },
    async close() {
      await redis.flushdb()
      await redis.quit()
    },
  }
}
