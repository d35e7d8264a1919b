import { createServer } from 'node:net'

/** Below the range that outgoing connections draw from, so that nobody takes a port while its part restarts. */
const firstFree = 20_000
const lastFree = 31_999

export type Ports = (purpose: string, usual: number) => Promise<number>

/** Gives a port per purpose, always the same one: the usual port when wanted and free, else any free one. */
export function openPorts(preferUsual: boolean): Ports {
  const given = new Map<string, Promise<number>>()
  const taken = new Set<number>()

  async function choose(usual: number): Promise<number> {
    if (preferUsual && !taken.has(usual) && (await isFree(usual))) {
      taken.add(usual)
      return usual
    }
    for (;;) {
      const port = firstFree + Math.floor(Math.random() * (lastFree - firstFree + 1))
      if (taken.has(port) || !(await isFree(port))) continue
      taken.add(port)
      return port
    }
  }

  return (purpose, usual) => {
    const port = given.get(purpose) ?? choose(usual)
    given.set(purpose, port)
    return port
  }
}

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}
