import { isPrimitive, type Field, type Types } from './schema.ts'

export type ServiceDescription = {
  /** Below `/dpd/services/`. */
  path: string
  /** As in `DPDOrder`: the port type; service and binding are named after it. */
  name: string
  namespace: string
  types: Types
  /** Operation → its fault. Request and answer are the types `x` and `xResponse`. */
  operations: Readonly<Record<string, string>>
}

/** WSDL 1.1, document/literal, as JAX-WS publishes it; `address` is where the service is. */
export function wsdlOf(
  { name, namespace, operations }: ServiceDescription,
  address: string,
): string {
  const entries = Object.entries(operations)
  const faults = [...new Set(Object.values(operations))]
  const message = (message: string, part: string) =>
    `<message name="${message}"><part name="${part}" element="tns:${message}"/></message>`
  const action = (rest: string) => `wsam:Action="${namespace}/${name}/${rest}"`
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns:wsam="http://www.w3.org/2007/05/addressing/metadata" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="${namespace}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns="http://schemas.xmlsoap.org/wsdl/" targetNamespace="${namespace}" name="${name}Service">
<types><xsd:schema><xsd:import namespace="${namespace}" schemaLocation="${address}?xsd=1"/></xsd:schema></types>
${entries.map(([operation]) => message(operation, 'parameters') + message(`${operation}Response`, 'parameters')).join('\n')}
${faults.map((fault) => message(fault, 'fault')).join('\n')}
<portType name="${name}">
${entries
  .map(
    ([operation, fault]) =>
      `<operation name="${operation}"><input ${action(`${operation}Request`)} message="tns:${operation}"/><output ${action(`${operation}Response`)} message="tns:${operation}Response"/><fault ${action(`${operation}/Fault/${fault}`)} message="tns:${fault}" name="${fault}"/></operation>`,
  )
  .join('\n')}
</portType>
<binding name="${name}PortBinding" type="tns:${name}">
<soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>
${entries
  .map(
    ([operation, fault]) =>
      `<operation name="${operation}"><soap:operation soapAction=""/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output><fault name="${fault}"><soap:fault name="${fault}" use="literal"/></fault></operation>`,
  )
  .join('\n')}
</binding>
<service name="${name}Service"><port name="${name}Port" binding="tns:${name}PortBinding"><soap:address location="${address}"/></port></service>
</definitions>`
}

/** The schema: children are unqualified, since elementFormDefault is not said. */
export function xsdOf({ namespace, types, operations }: ServiceDescription): string {
  const roots = new Set([
    ...Object.keys(operations).flatMap((operation) => [operation, `${operation}Response`]),
    ...Object.values(operations),
  ])
  const typeName = (type: string) => (isPrimitive(type) ? `xs:${type}` : `tns:${type}`)
  const element = ({ name, type, isOptional, isList }: Field) =>
    `<xs:element name="${name}" type="${typeName(type)}"${isOptional ? ' minOccurs="0"' : ''}${isList ? ' maxOccurs="unbounded"' : ''}/>`
  const complex = (type: string, fields: readonly Field[]) =>
    `<xs:complexType name="${type}"><xs:sequence>${fields
      .filter(({ isAttribute }) => !isAttribute)
      .map(element)
      .join('')}</xs:sequence>${fields
      .filter(({ isAttribute }) => isAttribute)
      .map(({ name, type: of }) => `<xs:attribute name="${name}" type="${typeName(of)}"/>`)
      .join('')}</xs:complexType>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:tns="${namespace}" xmlns:xs="http://www.w3.org/2001/XMLSchema" version="1.0" targetNamespace="${namespace}">
${[...roots].map((root) => `<xs:element name="${root}" type="tns:${root}"/>`).join('\n')}
${[...types].map(([type, fields]) => complex(type, fields)).join('\n')}
</xs:schema>`
}
