import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export type Asked = {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: string
}
export type Reply = {
  status?: number
  headers?: Record<string, string>
  body?: string | Buffer | object
  /** Instead of an answer, once the request has been read: closes the connection, or says nothing for ever. */
  instead?: 'drop' | 'silence'
  /** Closes the connection after so many bytes of the body. */
  cutAt?: number
}
type Script = Reply | ((asked: Asked) => Reply | Promise<Reply>)

export type Scripted = Awaited<ReturnType<typeof startScripted>>

/** A server that answers as it is told to; the latest script that fits counts. */
export async function startScripted() {
  let scripts: { method: string; path: RegExp; script: Script }[] = []
  const asked: Asked[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => void answer(request, response))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url!, 'http://scripted')
    const one: Asked = {
      method: request.method!,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    }
    asked.push(one)
    const found = scripts.findLast(
      ({ method, path }) => method === one.method && path.test(one.path),
    )
    const script = found?.script ?? { status: 599, body: `no script for ${one.method} ${one.path}` }
    const reply = typeof script === 'function' ? await script(one) : script
    if (reply.instead === 'silence') return
    if (reply.instead === 'drop') return void request.socket.destroy()
    const { status = 200, headers = {}, body = '', cutAt } = reply
    const bytes = Buffer.isBuffer(body)
      ? body
      : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    response.writeHead(status, { 'content-length': bytes.length, ...headers })
    if (cutAt === undefined) return void response.end(bytes)
    response.write(bytes.subarray(0, cutAt), () => request.socket.destroy())
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    asked,
    on(method: string, path: RegExp, script: Script) {
      scripts.push({ method, path, script })
    },
    /** What was asked at this path, the tokens left out. */
    at: (method: string, path: RegExp) =>
      asked.filter((one) => one.method === method && path.test(one.path)),
    reset() {
      scripts = []
      asked.length = 0
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
