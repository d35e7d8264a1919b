import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Part } from './part.ts'

const timeoutMs = 30_000

/** Waits until the part that is given by URL answers. */
export async function untilAnswers(part: Part, url: string): Promise<void> {
  const check = part.check ?? connects
  const deadline = Date.now() + timeoutMs
  for (;;) {
    try {
      await check(url)
      return
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error(`nothing answers at ${hidePassword(url)}`, { cause: error })
    }
    await pause(500)
  }
}

export function hidePassword(url: string): string {
  return url.replace(/(:\/\/[^/@:]*):[^/@]*@/, '$1:…@')
}

const usualPorts: Record<string, number> = { 'http:': 80, 'https:': 443, 'redis:': 6379 }

async function connects(url: string): Promise<void> {
  const { hostname, port, protocol } = new URL(url.includes('://') ? url : `tcp://${url}`)
  const socket = connect({ host: hostname, port: Number(port) || (usualPorts[protocol] ?? 80) })
  socket.setTimeout(2000, () => socket.destroy(new Error('no answer')))
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}
