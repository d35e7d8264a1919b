import { createHash } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Takes a lock between processes that the kernel releases when its holder dies, however it dies: an
 * abstract socket of Linux. Gives the release, or nothing when another process holds it. Elsewhere there is
 * no such socket, and the lock is always granted.
 */
export async function tryLock(name: string): Promise<(() => void) | undefined> {
  if (process.platform !== 'linux') return () => {}
  const address = `\0yarmarka-${createHash('sha256').update(name).digest('hex')}`
  const server = createServer((socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen(address, () => {
      server.unref()
      resolve(() => void server.close())
    })
  })
}
