import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Part } from './part.ts'

const timeoutMs = 30_000

/** Waits until the part that the environment gives by URL answers. */
export async function checkGiven(part: Part, say: (state: string) => void): Promise<void> {
  const url = process.env[part.urlVariable] ?? ''
  const check = part.check ?? connects
  say(`given by ${part.urlVariable}, checking`)
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const failure = await check(url).then(
      () => undefined,
      (error: unknown) => error ?? new Error('no answer'),
    )
    if (failure === undefined) return say(`given by ${part.urlVariable}`)
    if (Date.now() > deadline) {
      throw new Error(`${part.urlVariable} does not answer: ${String(failure)}`)
    }
    await pause(500)
  }
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
