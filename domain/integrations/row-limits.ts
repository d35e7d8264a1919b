/** What one row may hold. Lengths are in UTF-16 code units. */
export const ROW_LIMITS = {
  /** Yandex Market: the id is at most 80 characters. */
  idLength: 80,
  /** Yandex Market shows 256; half a thousand leaves room for composed names. */
  nameLength: 512,
  /** A field beyond this is a broken export rather than a text that someone wrote. */
  fieldLength: 65_536,
  /** All names, attributes and texts of a row together, so that a batch has a bound. */
  rowLength: 262_144,
  /** Yandex Market cuts descriptions at 6,000; longer ones are kept, with a warning. */
  descriptionLength: 6_000,
  /** What browsers, proxies and Google Shopping take. */
  urlLength: 2_048,
  /** Ozon takes 30, Yandex Market 20, Google Shopping 11. */
  pictures: 30,
  barcodes: 30,
  attributes: 300,
  attributeNameLength: 256,
  /** Well under the 32,766 bytes that a search engine takes as one term. */
  attributeValueLength: 4_096,
  /** Brand, model, article, group, category: short enough for any database index. */
  codeLength: 256,
  /** Ten billion roubles, in kopecks. */
  priceMinor: 1_000_000_000_000,
  units: 1_000_000_000,
  /** A hundred tonnes; a hundred metres. */
  weightGrams: 100_000_000,
  sizeMm: 100_000,
  /** Complaints about one row: after so many the seller knows. */
  errors: 20,
  /** How much of a value an error quotes. */
  quotedLength: 200,
} as const
