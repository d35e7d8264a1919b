import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type Attack = {
  url: string
  /** One for each connection: the paths that it asks for, one after the other and again from the beginning. */
  paths: readonly string[][]
  /** With every request. */
  headers?: Record<string, string>
  seconds: number
}
export type Attacked = { times: number[]; seconds: number; notOk: number }

const HEAD_END = Buffer.from('\r\n\r\n')
const CHUNKS_END = Buffer.from('0\r\n\r\n')

/**
 * Asks over every connection for the next thing as soon as it has the last, and reads no more of an answer than where it
 * ends: a load that costs the machine little, so that what is measured is the server.
 */
export async function attack({ url, paths, headers = {}, seconds }: Attack): Promise<Attacked> {
  const { hostname, port, host } = new URL(url)
  const fields = Object.entries({ host, 'accept-encoding': 'gzip', ...headers })
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const times: number[] = []
  let [notOk, over] = [0, false]

  const sockets = paths.map(() => connect({ host: hostname, port: Number(port), noDelay: true }))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const startedAt = performance.now()
  const asking = sockets.map(
    (socket, at) =>
      new Promise<void>((resolve, reject) => {
        const requests = paths[at]!.map((path) =>
          Buffer.from(`GET ${path} HTTP/1.1\r\n${head}\r\n`),
        )
        let [turn, askedAt] = [0, 0]
        const ask = () => {
          askedAt = performance.now()
          socket.write(requests[turn++ % requests.length]!)
        }
        onAnswers(socket, (isOk) => {
          times.push(performance.now() - askedAt)
          if (!isOk) notOk++
          if (over) resolve()
          else ask()
        })
        socket.once('error', reject)
        socket.once('close', () => reject(new Error(`${url} closed a connection`)))
        ask()
      }),
  )
  const end = setTimeout(() => (over = true), seconds * 1_000)
  try {
    await Promise.all(asking)
    return { times, seconds: (performance.now() - startedAt) / 1_000, notOk }
  } finally {
    clearTimeout(end)
    for (const socket of sockets) socket.removeAllListeners('close').destroy()
  }
}

/** Tells of every answer whether it is a 2xx, when it has ended. There is one on its way at a time. */
function onAnswers(socket: Socket, answered: (isOk: boolean) => void): void {
  let parts: Buffer[] = []
  let [received, length, isOk] = [0, undefined as number | undefined, false]

  socket.on('data', (data: Buffer) => {
    if (length === undefined) {
      const all = parts.length === 0 ? data : Buffer.concat([...parts, data])
      parts = [all]
      const headEnd = all.indexOf(HEAD_END)
      if (headEnd < 0) return
      const head = all.toString('latin1', 0, headEnd).toLowerCase()
      isOk = head.startsWith('http/1.1 2')
      const given = /\r\ncontent-length: (\d+)/.exec(head)?.[1]
      length = given === undefined ? Infinity : headEnd + HEAD_END.length + Number(given)
      received = all.length
    } else received += data.length
    const isEnd =
      length === Infinity
        ? data.subarray(-CHUNKS_END.length).equals(CHUNKS_END)
        : received >= length
    if (!isEnd) return
    ;[parts, received, length] = [[], 0, undefined]
    answered(isOk)
  })
}
