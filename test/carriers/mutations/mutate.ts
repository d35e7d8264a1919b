import type { Reply } from '../scripted.ts'

type Random = () => number
const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)]!

/** What stands where something else should. */
const STRANGE: unknown[] = [
  ...[null, 0, -1, 1e308, '', ' ', 'constructor', '__proto__', '9'.repeat(400), true, false],
  ...[[], [[]], [null], {}, { code: {} }, '2026-99-99T00:00:00+0000', '\u0000', 'ё'.repeat(2_000)],
]

/** One change of the structure of a document, somewhere in it. */
function mutateJson(document: unknown, random: Random): unknown {
  const copy = structuredClone(document)
  const places: [Record<string, unknown> | unknown[], string | number][] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const key of Object.keys(value)) {
      const at = Array.isArray(value) ? Number(key) : key
      places.push([value as unknown[], at])
      visit((value as Record<string, unknown>)[key])
    }
  }
  visit(copy)
  if (places.length === 0) return pick(random, STRANGE)
  const [owner, key] = pick(random, places)
  const target = owner as Record<string | number, unknown>
  const value = target[key]
  switch (Math.floor(random() * 8)) {
    case 0:
      if (Array.isArray(owner)) owner.splice(key as number, 1)
      else delete owner[key]
      break
    case 1:
      target[key] = [value]
      break
    case 2:
      target[key] = Array.isArray(value) ? value[0] : [value, value]
      break
    case 3:
      target[key] = typeof value === 'string' ? ` ${value.toUpperCase()} ` : String(value)
      break
    case 4: {
      const [from, other] = pick(random, places)
      target[key] = structuredClone((from as Record<string | number, unknown>)[other])
      break
    }
    case 5:
      return pick(random, [copy, [copy], { data: copy }, null, 'ok', 5, []])
    default:
      target[key] = pick(random, STRANGE)
  }
  return copy
}

/** One change of the elements of a document, somewhere in it. */
function mutateXml(xml: string, random: Random): string {
  const elements = [...xml.matchAll(/<(\w+)>([^<]*)<\/\1>/g)]
  if (elements.length === 0) return mutateText(xml, random)
  const { 0: element, 1: name, 2: text, index } = pick(random, elements)
  const other = pick(random, elements)
  const instead = pick(random, [
    '',
    element + element,
    `<${name}/>`,
    `<${name}>${other[2]}</${name}>`,
    `<${name}><inner>${text}</inner></${name}>`,
    `<${name}Other>${text}</${name}Other>`,
    `<${name}>${pick(random, ['', 'NaN', '-1', 'constructor', '9'.repeat(400), '&#0;'])}</${name}>`,
    `<${name} href="#1">${text}</${name}>`,
    `<${name} id="1" xsi:nil="true">${text}</${name}>`,
    `<${name}><![CDATA[${text}]]></${name}>`,
    `<__proto__>${text}</__proto__>`,
    `<${name}>&unknown;</${name}>`,
    `</${name}>`,
  ])
  const mutated = xml.slice(0, index) + instead + xml.slice(index + element.length)
  return random() < 0.05 ? `<!DOCTYPE x [<!ENTITY e "eeee">]>${mutated}` : mutated
}

function mutateText(text: string, random: Random): string {
  const at = Math.floor(random() * text.length)
  const length = 1 + Math.floor(random() * 40)
  switch (Math.floor(random() * 6)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + text.slice(at + length)
    case 2:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at)
    case 3:
      return (
        text.slice(0, at) +
        pick(random, ['"', '}', '<', '\\u', '\uFEFF', '\u0000', ']]>']) +
        text.slice(at)
      )
    case 4:
      return pick(random, [
        '',
        ' ',
        'null',
        '<html><body>502 Bad Gateway</body></html>',
        '[]',
        '{}',
      ])
    default:
      return pick(random, ['[', '{"a":', '<a>', '"']).repeat(20_000)
  }
}

const STATUSES = [200, 202, 204, 301, 400, 401, 403, 404, 408, 409, 418, 429, 500, 502, 503]
const HUGE_BYTES = 3 * 1024 * 1024

/** A reply as carriers in trouble, proxies and wires make of it. */
export function mutateReply(reply: Reply, random: Random): Reply {
  const kind = random()
  if (kind < 0.005) return { ...reply, body: Buffer.alloc(HUGE_BYTES, ' ') }
  if (kind < 0.01) return { instead: 'silence' }
  if (kind < 0.02) return { instead: 'drop' }
  const isXml = typeof reply.body === 'string' && reply.body.startsWith('<')
  const text = isXml ? (reply.body as string) : JSON.stringify(reply.body)
  if (kind < 0.05) return { ...reply, body: text, cutAt: Math.floor(random() * text.length) }
  if (kind < 0.07) return { ...reply, headers: { ...reply.headers, 'content-encoding': 'gzip' } }
  const status = random() < 0.12 ? { status: pick(random, STATUSES) } : {}
  if (kind < 0.12) return { ...reply, ...status }
  const body =
    kind < 0.4
      ? mutateText(text, random)
      : isXml
        ? mutateXml(text, random)
        : JSON.stringify(mutateJson(reply.body, random))
  return { ...reply, ...status, body: status.status === 204 ? '' : body }
}
