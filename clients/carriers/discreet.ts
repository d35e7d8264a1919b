import type { BookRequest, Carrier, CarrierReason } from './carrier.ts'

const MOST_CHARACTERS = 300
/** Looked at before it is cut: the patterns below would take for ever over megabytes. */
const MOST_READ = 1_000
const EMAIL = /[^\s@<>]+@[^\s@<>]+/g
/** A telephone number, a passport: seven digits and more, whatever is between them. */
const LONG_NUMBER = /\+?\d(?:[\s().-]*\d){6,}/g
/** «Invalid value [{0}] in [{1}] parameter»: carriers quote what they do not like. */
const QUOTED = /\[[^\]]*\]|«[^»]*»|"[^"]*"/g

/**
 * Answers travel through workflows' histories, which hold nothing personal: what a carrier says of a refusal is kept
 * without names, addresses and numbers.
 */
export const discreet = <T extends Carrier>(carrier: T): T => ({
  ...carrier,
  quote: async (request, call) => plain(await carrier.quote(request, call), []),
  book: async (request, call) => plain(await carrier.book(request, call), personalWords(request)),
  confirm: async (booking, call) => plain(await carrier.confirm(booking, call), []),
  find: async (booking, call) => plain(await carrier.find(booking, call), []),
  cancel: async (booking, call) => plain(await carrier.cancel(booking, call), []),
})

function plain<A extends object>(answer: A, words: readonly string[]): A {
  const { reason, warnings } = answer as { reason?: CarrierReason; warnings?: CarrierReason[] }
  const without = (one: CarrierReason) => ({ ...one, message: impersonal(one.message, words) })
  return {
    ...answer,
    ...(reason && { reason: without(reason) }),
    ...(warnings && { warnings: warnings.map(without) }),
  }
}

export function impersonal(message: string, words: readonly string[]): string {
  const known = words.reduce(
    (text, word) => text.replaceAll(word, '…'),
    message.slice(0, MOST_READ),
  )
  return known
    .replace(EMAIL, '…')
    .replace(QUOTED, (quoted) => `${quoted[0]}…${quoted.at(-1)}`)
    .replace(LONG_NUMBER, '…')
    .slice(0, MOST_CHARACTERS)
}

/** The longest first, so that a whole address goes before its parts. */
function personalWords({ from, to }: BookRequest): string[] {
  const texts = [from, to].flatMap(({ contact: { name, phone, email }, address }) => [
    ...[name, phone, email, address].filter((text) => text !== undefined),
    ...[name, address ?? ''].flatMap((text) => text.split(/[\s,]+/)),
  ])
  return texts.filter((text) => text.length >= 3).sort((one, other) => other.length - one.length)
}
