import { escapeXml, type Element } from './xml.ts'

const PRIMITIVES = [
  'string',
  'long',
  'int',
  'double',
  'decimal',
  'boolean',
  'date',
  'dateTime',
  'base64Binary',
] as const
type Primitive = (typeof PRIMITIVES)[number]

export type Field = {
  name: string
  type: string
  isOptional: boolean
  isList: boolean
  isAttribute: boolean
}
export type Types = ReadonlyMap<string, readonly Field[]>

/**
 * Complex types from lines such as `docId:long states*:stateParcel name?:string @type:string`: `?` may be absent, `*` any
 * number of times, `@` an attribute. The order is that of xs:sequence.
 */
export function defineTypes(lines: Record<string, string>): Types {
  const types = new Map(
    Object.entries(lines).map(([type, line]) => [
      type,
      line.split(/\s+/).filter(Boolean).map(fieldOf),
    ]),
  )
  for (const [name, fields] of types)
    for (const { type } of fields)
      if (!types.has(type) && !isPrimitive(type)) throw new Error(`${name}: no type ${type}`)
  return types
}

function fieldOf(text: string): Field {
  const [, at, name = '', mark, type = ''] = /^(@?)(\w+)([?*]?):(\w+)$/.exec(text) ?? []
  if (!name) throw new Error(`not a field: ${text}`)
  return { name, type, isOptional: mark !== '', isList: mark === '*', isAttribute: at === '@' }
}

export const isPrimitive = (type: string): type is Primitive =>
  (PRIMITIVES as readonly string[]).includes(type)

export type Value = string | number | boolean | undefined | Value[] | { [field: string]: Value }

export class WrongValue extends Error {
  override name = 'WrongValue'
  readonly path: string
  constructor(path: string, value: string) {
    super(`${path}: ${value}`)
    this.path = path
  }
}

/**
 * An element as an object. As JAXB does, what has a namespace or an unknown name is passed over, and the order is not
 * looked at; a list is an array even of one.
 *
 * @throws {WrongValue} for a number that is none
 */
export function readValue(types: Types, type: string, element: Element, path = ''): Value {
  if (isPrimitive(type)) return readPrimitive(type, element.text.trim(), path)
  const value: Record<string, Value> = {}
  for (const field of types.get(type)!) {
    const found = element.children.filter(
      (child) => child.namespace === '' && child.name === field.name,
    )
    const at = path ? `${path}.${field.name}` : field.name
    const values = found.map((child) => readValue(types, field.type, child, at))
    if (field.isList) value[field.name] = values
    else if (values.length > 0) value[field.name] = values.at(-1)
  }
  return value
}

function readPrimitive(type: Primitive, text: string, path: string): Value {
  switch (type) {
    case 'long':
    case 'int':
      if (!/^[+-]?\d{1,18}$/.test(text)) throw new WrongValue(path, text)
      return Number(text)
    case 'double':
    case 'decimal':
      if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw new WrongValue(path, text)
      return Number(text)
    case 'boolean':
      return text === 'true' || text === '1'
    case 'date':
      if (!/^\d{4}-\d\d-\d\d/.test(text)) throw new WrongValue(path, text)
      return text.slice(0, 10)
    case 'dateTime':
    case 'string':
    case 'base64Binary':
      return text
  }
}

/** An object as the inside of an element, in the order of its type. */
export function writeValue(types: Types, type: string, value: Value): string {
  if (isPrimitive(type)) return escapeXml(String(value))
  const object = value as Record<string, Value>
  let xml = ''
  for (const field of types.get(type)!) {
    if (field.isAttribute) continue
    const given = object[field.name]
    if (given === undefined) {
      if (field.isOptional) continue
      throw new Error(`${type}.${field.name} is missing`)
    }
    for (const one of Array.isArray(given) ? given : [given])
      xml += `<${field.name}${attributes(types, field.type, one)}>${writeValue(types, field.type, one)}</${field.name}>`
  }
  return xml
}

function attributes(types: Types, type: string, value: Value): string {
  if (isPrimitive(type)) return ''
  return types
    .get(type)!
    .filter(({ isAttribute }) => isAttribute)
    .map(
      ({ name }) => ` ${name}="${escapeXml(String((value as Record<string, Value>)[name] ?? ''))}"`,
    )
    .join('')
}
