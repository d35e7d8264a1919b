import ts from 'typescript'

/**
 * A type with nothing left to look up: no names, no conditions, only literals, objects, arrays and unions.
 * @throws {Error} for a type that holds itself, or a function
 */
export function printType(type: ts.Type, checker: ts.TypeChecker): string {
  const open: ts.Type[] = []
  return print(type)

  function print(type: ts.Type): string {
    if (type.isUnion()) return unionOf(type)
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)))
      return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation)
    if (open.includes(type)) return 'unknown'
    open.push(type)
    try {
      return printObject(type)
    } finally {
      open.pop()
    }
  }

  function unionOf(type: ts.UnionType): string {
    const isBoolean = (one: ts.Type) => Boolean(one.flags & ts.TypeFlags.BooleanLiteral)
    const known = type.types.filter(isJson)
    const booleans = known.filter(isBoolean)
    const others = booleans.length === 2 ? known.filter((one) => !isBoolean(one)) : known
    const parts = [...others.map(print), ...(booleans.length === 2 ? ['boolean'] : [])]
    return `(${[...new Set(parts)].map((part) => `(${part})`).join(' | ')})`
  }

  function printObject(type: ts.Type): string {
    if (checker.isTupleType(type))
      return `[${checker
        .getTypeArguments(type as ts.TypeReference)
        .map(print)
        .join(', ')}]`
    if (checker.isArrayType(type))
      return `Array<${print(checker.getTypeArguments(type as ts.TypeReference)[0]!)}>`
    if (KEPT.has(type.symbol?.name)) return type.symbol.name
    if (type.getCallSignatures().length > 0)
      throw new Error(`${checker.typeToString(type)} is a function`)
    const fields = type.getProperties().map((property) => {
      const optional = property.flags & ts.SymbolFlags.Optional ? '?' : ''
      return `${JSON.stringify(property.name)}${optional}: ${print(checker.getTypeOfSymbol(property))}`
    })
    const indexed = checker
      .getIndexInfosOfType(type)
      .map((index) => `[key: ${checker.typeToString(index.keyType)}]: ${print(index.type)}`)
    const parts = [fields, indexed].filter((members) => members.length > 0)
    return parts.map((members) => `{ ${members.join('; ')} }`).join(' & ') || '{}'
  }
}

/** Hono's own types name what JSON cannot hold beside what it can. */
const isJson = (type: ts.Type) =>
  type.getCallSignatures().length === 0 && !(type.flags & ts.TypeFlags.ESSymbol)

/** What every consumer has by itself. */
const KEPT = new Set([
  'FormData',
  'URLSearchParams',
  'Response',
  'File',
  'Blob',
  'ReadableStream',
  'Date',
  'Uint8Array',
])
