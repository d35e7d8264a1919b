import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type AddressInfo } from 'node:net'
import path from 'node:path'
import { createServer } from 'node:tls'
import { promisify } from 'node:util'
import { describe, expect, inject, it } from 'vitest'
import { parseRedisUrl } from '../../clients/redis.ts'

describe('the URL of Redis', () => {
  it('is of one server', () => {
    expect(parseRedisUrl('redis://localhost:6379/2')).toMatchObject({ isCluster: false })
  })

  it('with several hosts is of a cluster, with its credentials and TLS', () => {
    expect(parseRedisUrl('rediss://shop:p%40ss@a.example:7000,b.example')).toEqual({
      isCluster: true,
      nodes: [
        { host: 'a.example', port: 7000 },
        { host: 'b.example', port: 6379 },
      ],
      credentials: { username: 'shop', password: 'p@ss', tls: {} },
    })
  })

  it('may say that its one host is of a cluster', () => {
    expect(parseRedisUrl('redis://a.example:7000?cluster=true')).toMatchObject({ isCluster: true })
  })

  it('with `rediss:` is reached by TLS, whose certificate is checked', async () => {
    const folder = path.join(import.meta.dirname, 'tls')
    const target = new URL(inject('stack').env['REDIS_URL']!)
    const server = createServer(
      {
        cert: await readFile(path.join(folder, 'localhost.pem')),
        key: await readFile(path.join(folder, 'localhost.key')),
      },
      (socket) => {
        const onward = connect(Number(target.port), target.hostname)
        socket.on('error', () => onward.destroy())
        onward.on('error', () => socket.destroy())
        socket.pipe(onward).pipe(socket)
      },
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `rediss://localhost:${(server.address() as AddressInfo).port}`
    const ping = `
      import { connectRedis } from './clients/redis.ts'
      const redis = connectRedis({ url: '${url}', commandTimeoutMs: 2_000, patient: true })
      console.log(await redis.ping().catch(() => 'refused'))
      redis.disconnect()`
    const answerTo = async (env: NodeJS.ProcessEnv) => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--input-type=module-typescript', '--eval', ping],
        { cwd: path.resolve(import.meta.dirname, '../..'), env: { ...process.env, ...env } },
      )
      return stdout.trim()
    }
    expect(await answerTo({ NODE_EXTRA_CA_CERTS: path.join(folder, 'localhost.pem') })).toBe('PONG')
    expect(await answerTo({})).toBe('refused')
    server.close()
  })
})
