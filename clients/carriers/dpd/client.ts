import { fileURLToPath } from 'node:url'
import { readFile } from 'node:fs/promises'
import { createClientAsync, type Client, type IHttpClient } from 'soap'
import { z } from 'zod'
import type { CarrierAccount } from '../carrier.ts'
import type { Deadline } from '../deadline.ts'
import { maybe, text } from '../lenient.ts'
import { throwOnTrouble } from '../trouble.ts'
import { malformed, Unanswered } from '../unanswered.ts'
import type { Told, Wire } from '../wire.ts'

export type DpdService = 'calculator2' | 'order2' | 'geography2' | 'tracing' | 'label-print'

/** The carrier has understood, and says no. */
export class DpdFault extends Error {
  override name = 'DpdFault'
  /** As DPD gives it: `no-data-found`, `error-value` … */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export type DpdClient = {
  auth: { clientNumber: string; clientKey: string }
  /** What stands inside the answer's root, text for text. @throws {Unanswered}, {DpdFault} */
  call(
    service: DpdService,
    operation: string,
    args: object,
    options: { deadline: Deadline; maxBytes?: number },
  ): Promise<unknown>
}

type Options = { deadline: Deadline; maxBytes?: number }

const fileOf = (name: string) => fileURLToPath(new URL(`wsdl/${name}`, import.meta.url))
const asText = (value: string) => value

/** `ws.dpd.ru`, its test contour `wstest.dpd.ru`, or a simulator of them. Credentials go in every body; there is no session. */
export function createDpdClient(account: CarrierAccount, wire: Wire): DpdClient {
  const base = `${account.baseUrl.replace(/(\/services)?\/*$/, '')}/services`
  const clients = new Map<DpdService, Promise<Client>>()

  function clientOf(service: DpdService): Promise<Client> {
    const known = clients.get(service)
    if (known) return known
    const opening = createClientAsync(fileOf(`${service}.wsdl`), {
      endpoint: `${base}/${service}`,
      httpClient: httpClient(wire),
      // Times have no offset: read as `Date`, they would be in the zone of this machine.
      customDeserializer: { date: asText, dateTime: asText, long: asText, int: asText },
      disableCache: true,
    })
    clients.set(service, opening)
    return opening
  }

  return {
    auth: { clientNumber: account.clientId, clientKey: account.clientSecret },
    async call(service, operation, args, options) {
      const client = await clientOf(service)
      try {
        const [result] = (await client[`${operation}Async`](args, options)) as unknown[]
        if (result === undefined) throw malformed('no answer to the operation')
        return result ?? {}
      } catch (error) {
        throw failureOf(error)
      } finally {
        // The library remembers the last of everything, megabytes and telephone numbers alike.
        Object.assign(client, { lastRequest: '', lastMessage: '', lastResponse: undefined })
      }
    },
  }
}

/** The library reads and writes XML; what goes over the wire is bounded as everything else is. */
const httpClient = (wire: Wire): IHttpClient => ({
  request(url, body: string | null, callback, headers = {}, options = {}) {
    const work = async () => {
      if (body === null) return { status: 200, headers: {}, bytes: await ownFile(url) }
      const { deadline, maxBytes } = options as unknown as Options
      const told = await wire(
        {
          ...{ method: 'POST', url: new URL(url), body },
          headers: headers as Record<string, string>,
          ...(maxBytes === undefined ? {} : { maxBytes }),
        },
        deadline,
      )
      throwUnlessSoap(told)
      return told
    }
    const done = work().then(
      ({ status, headers: received, bytes }) => {
        const data = bytes.toString('utf8')
        callback(null, { status, headers: received, data }, data)
      },
      (error: unknown) => callback(error),
    )
    return done as unknown as ReturnType<IHttpClient['request']>
  },
})

/** DPD's files name each other by their addresses; we have them here. */
function ownFile(url: string): Promise<Buffer> {
  const name = /\/services\/([a-z0-9-]+)\?xsd=1$/.exec(url)?.[1]
  if (!name) throw new Error(`No file for ${url}`)
  return readFile(fileOf(`${name}.xsd`))
}

/** Faults come with status 500. @throws {Unanswered} */
function throwUnlessSoap({ status, headers, bytes }: Told): void {
  if (status === 401 || status === 403)
    throw new Unanswered({ code: 'credentials', mayHaveArrived: false })
  const isFault =
    status === 500 && /[<:]Fault[\s>/]/.test(bytes.subarray(0, 4_000).toString('latin1'))
  if (isFault) return
  throwOnTrouble({ status, headers })
  if (status !== 200) throw malformed(`status ${status}`)
}

const fault = z.object({
  root: z.object({
    Envelope: z.object({
      Body: z.object({
        Fault: z.object({ faultstring: maybe(text), detail: z.unknown().optional() }),
      }),
    }),
  }),
})
const detail = z.object({ code: maybe(text), message: maybe(text) })

const CREDENTIALS = /авториз|ключ клиента|клиентск\S* ключ|clientKey|clientNumber|доступ запрещ/i

function failureOf(error: unknown): unknown {
  if (error instanceof Unanswered) return error
  const parsed = fault.safeParse(error)
  if (!parsed.success) return malformed('no SOAP')
  const { faultstring = '', detail: inside } = parsed.data.root.Envelope.Body.Fault
  const { code, message = faultstring } = reasonIn(inside)
  if (CREDENTIALS.test(`${code} ${message} ${faultstring}`))
    return new Unanswered({ code: 'credentials', mayHaveArrived: false })
  if (code) return new DpdFault(code, message.slice(0, 500))
  // A stack trace of theirs, for instance: nobody knows how far they came.
  return new Unanswered({ code: 'internal', mayHaveArrived: true, detail: 'SOAP fault' })
}

/** `<detail><ns2:ServiceCostFault2><code/><message/></…></detail>` */
function reasonIn(inside: unknown): { code?: string | undefined; message?: string | undefined } {
  if (typeof inside !== 'object' || inside === null) return {}
  for (const one of Object.values(inside)) {
    const parsed = detail.safeParse(one)
    if (parsed.success && parsed.data.code) return parsed.data
  }
  return {}
}
