import { FLEETING } from './text-query/stem.ts'

/** How texts become terms, in Elasticsearch's own words. */
export const analysis = {
  char_filter: {
    yo: { type: 'mapping', mappings: ['ё => е', 'Ё => Е'] },
    apostrophes: { type: 'mapping', mappings: ["' => ", '’ => ', '` => '] },
    // «Чехол для iPhone 15» is a case: what follows «для» is not what is sold.
    head: { type: 'pattern_replace', pattern: '(?iu)\\s(для|под|к|на)\\s.*$', replacement: '' },
    joined: { type: 'pattern_replace', pattern: '[^\\p{L}\\p{N}]', replacement: '' },
  },
  filter: {
    // iPhone15 and iPhone 15 are one: letters and digits are words of their own.
    letters_and_digits: { type: 'word_delimiter_graph', split_on_case_change: false },
    russian_stop: { type: 'stop', stopwords: '_russian_' },
    russian_stemmer: { type: 'stemmer', language: 'russian' },
    fleeting_vowel: { type: 'pattern_replace', pattern: FLEETING.source, replacement: '$1$2' },
    letters_alone: { type: 'pattern_replace', pattern: '[^\\p{L}\\p{N}]', replacement: '' },
    not_empty: { type: 'length', min: 1 },
    // SM-G991B, SM G991B and SMG991B are one: neighbours are joined, and what has digits is kept.
    neighbours: { type: 'shingle', min_shingle_size: 2, max_shingle_size: 3, token_separator: '' },
    begun: { type: 'edge_ngram', min_gram: 1, max_gram: 20, preserve_original: true },
    no_digits: { type: 'pattern_replace', pattern: '^\\D*$', replacement: '' },
  },
  analyzer: {
    russian_text: {
      type: 'custom',
      char_filter: ['yo', 'apostrophes'],
      tokenizer: 'standard',
      filter: [
        ...['lowercase', 'letters_and_digits', 'russian_stop'],
        ...['russian_stemmer', 'fleeting_vowel'],
      ],
    },
    head_text: {
      type: 'custom',
      char_filter: ['head', 'yo', 'apostrophes'],
      tokenizer: 'standard',
      filter: [
        ...['lowercase', 'letters_and_digits', 'russian_stop'],
        ...['russian_stemmer', 'fleeting_vowel'],
      ],
    },
    exact_text: {
      type: 'custom',
      char_filter: ['yo', 'apostrophes'],
      tokenizer: 'standard',
      filter: ['lowercase', 'letters_and_digits'],
    },
    exact_head: {
      type: 'custom',
      char_filter: ['head', 'yo', 'apostrophes'],
      tokenizer: 'standard',
      filter: ['lowercase', 'letters_and_digits'],
    },
    begun_text: {
      type: 'custom',
      char_filter: ['yo', 'apostrophes'],
      tokenizer: 'standard',
      filter: ['lowercase', 'letters_and_digits', 'begun'],
    },
    joined_codes: {
      type: 'custom',
      tokenizer: 'whitespace',
      filter: ['lowercase', 'letters_alone', 'not_empty', 'neighbours', 'no_digits', 'not_empty'],
    },
  },
  normalizer: {
    code: { type: 'custom', char_filter: ['joined'], filter: ['lowercase'] },
  },
}
