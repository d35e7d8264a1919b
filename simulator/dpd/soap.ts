import { readValue, writeValue, WrongValue, type Value } from './schema.ts'
import type { ServiceDescription } from './wsdl.ts'
import { MalformedXml, parseXml } from './xml.ts'

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
type Object_ = Record<string, Value>

/** What a service refuses with: HTTP 500, as SOAP 1.1 has it. */
export class SoapFault extends Error {
  override name = 'SoapFault'
  readonly code: string
  readonly detail: Object_
  constructor(code: string, message: string, detail: Object_ = {}) {
    super(message)
    this.code = code
    this.detail = detail
  }
}

export type SoapCall = { operation: string; request: Object_ }

/**
 * The operation that a message asks for; SOAPAction is not looked at.
 *
 * @throws {SoapFault}
 */
export function readCall(service: ServiceDescription, message: string): SoapCall {
  try {
    const envelope = parseXml(message)
    if (envelope.namespace !== SOAP || envelope.name !== 'Envelope')
      throw new SoapFault('S:VersionMismatch', `Couldn't create SOAP message: ${envelope.name}`)
    const body = envelope.children.find(
      ({ name, namespace }) => name === 'Body' && namespace === SOAP,
    )
    const root = body?.children[0]
    if (!root || root.namespace !== service.namespace || !(root.name in service.operations))
      throw new SoapFault(
        'S:Client',
        `Cannot find dispatch method for {${root?.namespace ?? ''}}${root?.name ?? ''}`,
      )
    return { operation: root.name, request: readValue(service.types, root.name, root) as Object_ }
  } catch (error) {
    if (error instanceof WrongValue)
      throw new SoapFault('error-value', `Недопустимое значение поля ${error.message}`)
    if (error instanceof MalformedXml)
      throw new SoapFault('S:Client', `Couldn't create SOAP message: ${error.message}`)
    throw error
  }
}

export function writeAnswer(
  service: ServiceDescription,
  operation: string,
  value: Object_,
): string {
  const inside = writeValue(service.types, `${operation}Response`, value)
  return envelope(
    `<ns2:${operation}Response xmlns:ns2="${service.namespace}">${inside}</ns2:${operation}Response>`,
  )
}

export function writeFault(
  service: ServiceDescription,
  operation: string,
  fault: SoapFault,
): string {
  const isSoaps = fault.code.startsWith('S:')
  const type = service.operations[operation] ?? Object.values(service.operations)[0]!
  const value = {
    pickupDups: [],
    deliveryDups: [],
    ...fault.detail,
    code: fault.code,
    message: fault.message,
  }
  const detail = isSoaps
    ? ''
    : `<detail><ns2:${type} xmlns:ns2="${service.namespace}">${writeValue(service.types, type, value)}</ns2:${type}></detail>`
  const code = isSoaps ? fault.code : 'S:Server'
  const text = writeValue(service.types, 'string', fault.message)
  return envelope(
    `<S:Fault xmlns:ns4="http://www.w3.org/2003/05/soap-envelope"><faultcode>${code}</faultcode><faultstring>${text}</faultstring>${detail}</S:Fault>`,
  )
}

const envelope = (body: string) =>
  `<?xml version='1.0' encoding='UTF-8'?><S:Envelope xmlns:S="${SOAP}"><S:Body>${body}</S:Body></S:Envelope>`
