/** What an XML file may hold; beyond it the whole file is refused. */
export const XML_LIMITS = {
  /** YML is six deep, CommerceML twelve; deeper nesting only costs memory. */
  depth: 64,
  /** YML has four attributes on an element at most. */
  attributes: 64,
  /** The longest name in the formats we read is under fifty characters. */
  name: 256,
  /**
   * Characters of one text, comment, CDATA section or tag with its attributes: the parser holds it until it ends, so this
   * is what bounds memory. Commented-out parts of feeds stay below; what passes it was never closed.
   */
  token: 1_048_576,
  /** Longer than the name of any HTML entity: an ampersand that is still open then was never one. */
  entity: 32,
} as const
