import { Resolver } from 'node:dns/promises'
import { OutboundRefusal } from './refusal.ts'

/** All addresses of a name, of both kinds. @throws {OutboundRefusal} `dns` */
export type Resolve = (name: string) => Promise<string[]>

/**
 * Asks the system's name servers itself. `getaddrinfo` would hold one of the process's few threads while a seller's slow
 * name server answers, and would know names of this machine.
 */
export function createResolve(): Resolve {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 })
  return async (name) => {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    const addresses = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? answer.value : [],
    )
    if (addresses.length > 0) return addresses
    const [failure] = answers.map((answer) =>
      answer.status === 'rejected' ? (answer.reason as NodeJS.ErrnoException).code : undefined,
    )
    throw new OutboundRefusal('dns', failure === undefined ? {} : { reason: failure })
  }
}
