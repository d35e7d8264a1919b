type Clause = Record<string, unknown>

/** What is found: most words anywhere in what names the good, all of them in its description, or one of its codes. */
export const matching = (q: string): Clause => ({
  bool: {
    minimum_should_match: 1,
    should: [
      { match: { everything: { query: q, minimum_should_match: '3<75%' } } },
      { match: { description: { query: q, operator: 'and', boost: 0.2 } } },
      ...codes.map((field) => ({ term: { [field]: { value: q, boost: 20 } } })),
    ],
  },
})

/** What comes first: the words in the name, as they were typed rather than by their stems, in their order. */
export const preferring = (q: string): Clause[] => [
  { match: { name: { query: q, boost: 2 } } },
  { match: { 'name.exact': { query: q, operator: 'and', boost: 4 } } },
  { match_phrase: { 'name.exact': { query: q, slop: 2, boost: 2 } } },
]

const codes = ['vendorCode', 'model', 'barcodes'] as const
