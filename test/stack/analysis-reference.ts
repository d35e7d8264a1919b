import type { estypes } from '@elastic/elasticsearch'

export type Example = {
  what: string
  request: Omit<estypes.IndicesAnalyzeRequest, 'index'>
  tokens: string[]
}

const standard = 'standard'
const whitespace = 'whitespace'
const keyword = 'keyword'

/**
 * Inputs and outputs as Elasticsearch's own reference shows them («Text analysis components», 9.x), so
 * that these hold on a stock server as on the modules of the local stack.
 */
export const tokenFilterExamples: Example[] = [
  {
    what: 'apostrophe',
    request: { tokenizer: standard, filter: ['apostrophe'], text: "Istanbul'a veya Istanbul'dan" },
    tokens: ['Istanbul', 'veya', 'Istanbul'],
  },
  {
    what: 'asciifolding',
    request: { tokenizer: standard, filter: ['asciifolding'], text: 'açaí à la carte' },
    tokens: ['acai', 'a', 'la', 'carte'],
  },
  {
    what: 'asciifolding that keeps the original',
    request: {
      tokenizer: standard,
      filter: [{ type: 'asciifolding', preserve_original: true }],
      text: 'açaí',
    },
    tokens: ['acai', 'açaí'],
  },
  {
    what: 'decimal_digit',
    request: { tokenizer: whitespace, filter: ['decimal_digit'], text: '१-one two-२ ३' },
    tokens: ['1-one', 'two-2', '3'],
  },
  {
    what: 'edge_ngram',
    request: {
      tokenizer: standard,
      filter: [{ type: 'edge_ngram', min_gram: 1, max_gram: 2 }],
      text: 'the quick brown fox jumps',
    },
    tokens: ['t', 'th', 'q', 'qu', 'b', 'br', 'f', 'fo', 'j', 'ju'],
  },
  {
    what: 'edge_ngram by name alone, which is one letter',
    request: { tokenizer: standard, filter: ['edge_ngram'], text: 'quick fox' },
    tokens: ['q', 'f'],
  },
  {
    what: 'edge_ngram from the back',
    request: {
      tokenizer: standard,
      filter: [{ type: 'edge_ngram', min_gram: 2, max_gram: 3, side: 'back' }],
      text: 'quick',
    },
    tokens: ['ck', 'ick'],
  },
  {
    what: 'flatten_graph after synonym_graph',
    request: {
      tokenizer: standard,
      filter: [
        { type: 'synonym_graph', synonyms: ['dns, domain name system'] },
        { type: 'flatten_graph' },
      ],
      text: 'domain name system is fragile',
    },
    tokens: ['dns', 'domain', 'name', 'system', 'is', 'fragile'],
  },
  {
    what: 'keep',
    request: {
      tokenizer: whitespace,
      filter: [{ type: 'keep', keep_words: ['dog', 'elephant', 'fox'] }],
      text: 'the quick fox jumps over the lazy dog',
    },
    tokens: ['fox', 'dog'],
  },
  {
    what: 'keep_types',
    request: {
      tokenizer: standard,
      filter: [{ type: 'keep_types', types: ['<NUM>'] }],
      text: '1 quick fox 2 lazy dogs',
    },
    tokens: ['1', '2'],
  },
  {
    what: 'keep_types that excludes',
    request: {
      tokenizer: standard,
      filter: [{ type: 'keep_types', types: ['<NUM>'], mode: 'exclude' }],
      text: '1 quick fox 2 lazy dogs',
    },
    tokens: ['quick', 'fox', 'lazy', 'dogs'],
  },
  {
    what: 'keyword_marker',
    request: {
      tokenizer: whitespace,
      filter: [{ type: 'keyword_marker', keywords: ['jumping'] }, 'stemmer'],
      text: 'fox running and jumping',
    },
    tokens: ['fox', 'run', 'and', 'jumping'],
  },
  {
    what: 'keyword_marker with a pattern',
    request: {
      tokenizer: whitespace,
      filter: [{ type: 'keyword_marker', keywords_pattern: 'jump.*' }, 'stemmer'],
      text: 'running jumping',
    },
    tokens: ['run', 'jumping'],
  },
  {
    what: 'keyword_repeat with remove_duplicates',
    request: {
      tokenizer: whitespace,
      filter: ['keyword_repeat', 'stemmer', 'remove_duplicates'],
      text: 'fox running and jumping',
    },
    tokens: ['fox', 'running', 'run', 'and', 'jumping', 'jump'],
  },
  {
    what: 'kstem',
    request: { tokenizer: standard, filter: ['kstem'], text: 'the foxes jumping quickly' },
    tokens: ['the', 'fox', 'jump', 'quick'],
  },
  {
    what: 'length',
    request: {
      tokenizer: whitespace,
      filter: [{ type: 'length', min: 0, max: 4 }],
      text: 'the quick brown fox jumps over the lazy dog',
    },
    tokens: ['the', 'fox', 'over', 'the', 'lazy', 'dog'],
  },
  {
    what: 'limit',
    request: {
      tokenizer: standard,
      filter: [{ type: 'limit', max_token_count: 2 }],
      text: 'quick fox jumps over lazy dog',
    },
    tokens: ['quick', 'fox'],
  },
  {
    what: 'lowercase',
    request: { tokenizer: standard, filter: ['lowercase'], text: 'THE Quick FoX JUMPs' },
    tokens: ['the', 'quick', 'fox', 'jumps'],
  },
  {
    what: 'multiplexer',
    request: {
      tokenizer: standard,
      filter: [{ type: 'multiplexer', filters: ['lowercase', 'lowercase, porter_stem'] }],
      text: 'Going HOME',
    },
    tokens: ['Going', 'going', 'go', 'HOME', 'home'],
  },
  {
    what: 'ngram',
    request: { tokenizer: standard, filter: ['ngram'], text: 'Quick fox' },
    tokens: ['Q', 'Qu', 'u', 'ui', 'i', 'ic', 'c', 'ck', 'k', 'f', 'fo', 'o', 'ox', 'x'],
  },
  {
    what: 'pattern_capture',
    request: {
      tokenizer: keyword,
      filter: [
        {
          type: 'pattern_capture',
          preserve_original: true,
          patterns: ['([^@]+)', '(\\p{L}+)', '(\\d+)', '@(.+)'],
        },
      ],
      text: 'john-smith_123@foo-bar.com',
    },
    // The reference leaves out that two of the patterns find the host, which Lucene's filter tells twice.
    tokens: [
      ...['john-smith_123@foo-bar.com', 'john-smith_123', 'john', 'smith', '123'],
      ...['foo-bar.com', 'foo', 'foo-bar.com', 'bar', 'com'],
    ],
  },
  {
    what: 'pattern_replace',
    request: {
      tokenizer: whitespace,
      filter: [{ type: 'pattern_replace', pattern: '(dog)', replacement: 'watch$1' }],
      text: 'foxes jump lazy dogs',
    },
    tokens: ['foxes', 'jump', 'lazy', 'watchdogs'],
  },
  {
    what: 'porter_stem',
    request: { tokenizer: standard, filter: ['porter_stem'], text: 'the foxes jumping quickly' },
    tokens: ['the', 'fox', 'jump', 'quickli'],
  },
  {
    what: 'reverse',
    request: { tokenizer: standard, filter: ['reverse'], text: 'quick fox jumps' },
    tokens: ['kciuq', 'xof', 'spmuj'],
  },
  {
    what: 'snowball',
    request: {
      tokenizer: standard,
      filter: [{ type: 'snowball', language: 'Russian' }],
      text: 'наушники смартфонов',
    },
    tokens: ['наушник', 'смартфон'],
  },
  {
    what: 'stemmer',
    request: { tokenizer: standard, filter: ['stemmer'], text: 'fox running and jumping' },
    tokens: ['fox', 'run', 'and', 'jump'],
  },
  {
    what: 'stemmer_override',
    request: {
      tokenizer: standard,
      filter: [
        { type: 'stemmer_override', rules: ['running, runs => run', 'stemmer => stemmer'] },
        'porter_stem',
      ],
      text: 'runs stemmer jumping',
    },
    tokens: ['run', 'stemmer', 'jump'],
  },
  {
    what: 'synonym with an explicit mapping',
    request: {
      tokenizer: standard,
      filter: [{ type: 'synonym', synonyms: ['i-pod, i pod => ipod'] }],
      text: 'my i-pod',
    },
    tokens: ['my', 'ipod'],
  },
  {
    what: 'synonym that does not expand',
    request: {
      tokenizer: standard,
      filter: [{ type: 'synonym', expand: false, synonyms: ['ipod, mp3player'] }],
      text: 'mp3player',
    },
    tokens: ['ipod'],
  },
  {
    what: 'synonym in the WordNet format',
    request: {
      tokenizer: standard,
      filter: [
        {
          type: 'synonym',
          format: 'wordnet',
          synonyms: ["s(100000001,1,'abstain',v,1,0).", "s(100000001,2,'refrain',v,1,0)."],
        },
      ],
      text: 'refrain',
    },
    tokens: ['refrain', 'abstain'],
  },
  {
    what: 'synonym that passes over what the stop filter took away',
    request: {
      tokenizer: standard,
      filter: [
        { type: 'stop', stopwords: ['bar'] },
        { type: 'synonym', lenient: true, synonyms: ['foo, bar => baz'] },
      ],
      text: 'foo bar',
    },
    tokens: ['baz'],
  },
  {
    what: 'trim',
    request: { tokenizer: keyword, filter: ['trim'], text: ' fox ' },
    tokens: ['fox'],
  },
  {
    what: 'truncate',
    request: {
      tokenizer: whitespace,
      filter: ['truncate'],
      text: 'the quinquennial extravaganza carried on',
    },
    tokens: ['the', 'quinquenni', 'extravagan', 'carried', 'on'],
  },
  {
    what: 'unique',
    request: {
      tokenizer: whitespace,
      filter: ['unique'],
      text: 'the quick fox jumps the lazy fox',
    },
    tokens: ['the', 'quick', 'fox', 'jumps', 'lazy'],
  },
  {
    what: 'unique on the same position',
    request: {
      tokenizer: whitespace,
      filter: ['keyword_repeat', { type: 'unique', only_on_same_position: true }],
      text: 'fox and fox',
    },
    tokens: ['fox', 'and', 'fox'],
  },
  {
    what: 'uppercase',
    request: { tokenizer: standard, filter: ['uppercase'], text: 'the Quick FoX JUMPs' },
    tokens: ['THE', 'QUICK', 'FOX', 'JUMPS'],
  },
  {
    what: 'word_delimiter',
    request: {
      tokenizer: keyword,
      filter: ['word_delimiter'],
      text: "Neil's-Super-Duper-XL500--42+AutoCoder",
    },
    tokens: ['Neil', 'Super', 'Duper', 'XL', '500', '42', 'Auto', 'Coder'],
  },
  {
    what: 'word_delimiter_graph',
    request: {
      tokenizer: keyword,
      filter: ['word_delimiter_graph'],
      text: "Neil's-Super-Duper-XL500--42+AutoCoder",
    },
    tokens: ['Neil', 'Super', 'Duper', 'XL', '500', '42', 'Auto', 'Coder'],
  },
  {
    what: 'word_delimiter_graph with a type table and protected words',
    request: {
      tokenizer: whitespace,
      filter: [
        {
          type: 'word_delimiter_graph',
          type_table: ['+ => ALPHA', '- => ALPHA'],
          protected_words: ['wi_fi'],
        },
      ],
      text: 'c++ run-stop_go wi_fi',
    },
    tokens: ['c++', 'run-stop', 'go', 'wi_fi'],
  },
]

export const tokenizerExamples: Example[] = [
  {
    what: 'classic',
    request: { tokenizer: 'classic', text: "The 2 QUICK Brown-Foxes jumped over the dog's bone." },
    tokens: ['The', '2', 'QUICK', 'Brown', 'Foxes', 'jumped', 'over', 'the', "dog's", 'bone'],
  },
  {
    what: 'edge_ngram',
    request: {
      tokenizer: {
        type: 'edge_ngram',
        min_gram: 2,
        max_gram: 10,
        token_chars: ['letter', 'digit'],
      },
      text: '2 Quick Foxes.',
    },
    tokens: ['Qu', 'Qui', 'Quic', 'Quick', 'Fo', 'Fox', 'Foxe', 'Foxes'],
  },
  {
    what: 'keyword',
    request: { tokenizer: keyword, text: 'New York' },
    tokens: ['New York'],
  },
  {
    what: 'letter',
    request: { tokenizer: 'letter', text: "The 2 QUICK Brown-Foxes jumped over the dog's bone." },
    tokens: ['The', 'QUICK', 'Brown', 'Foxes', 'jumped', 'over', 'the', 'dog', 's', 'bone'],
  },
  {
    what: 'ngram',
    request: {
      tokenizer: { type: 'ngram', min_gram: 3, max_gram: 3, token_chars: ['letter', 'digit'] },
      text: '2 Quick Foxes.',
    },
    tokens: ['Qui', 'uic', 'ick', 'Fox', 'oxe', 'xes'],
  },
  {
    what: 'ngram with characters of its own',
    request: {
      tokenizer: {
        type: 'ngram',
        min_gram: 2,
        max_gram: 2,
        token_chars: ['letter', 'custom'],
        custom_token_chars: '+',
      },
      text: 'c++ 17',
    },
    tokens: ['c+', '++'],
  },
  {
    what: 'path_hierarchy',
    request: { tokenizer: 'path_hierarchy', text: '/one/two/three' },
    tokens: ['/one', '/one/two', '/one/two/three'],
  },
  {
    what: 'path_hierarchy with delimiter, replacement and skip',
    request: {
      tokenizer: { type: 'path_hierarchy', delimiter: '-', replacement: '/', skip: 2 },
      text: 'one-two-three-four-five',
    },
    tokens: ['/three', '/three/four', '/three/four/five'],
  },
  {
    what: 'path_hierarchy in reverse',
    request: {
      tokenizer: {
        type: 'path_hierarchy',
        delimiter: '-',
        replacement: '/',
        skip: 2,
        reverse: true,
      },
      text: 'one-two-three-four-five',
    },
    tokens: ['one/two/three/', 'two/three/', 'three/'],
  },
  {
    what: 'pattern',
    request: { tokenizer: 'pattern', text: "The foo_bar_size's default is 5." },
    tokens: ['The', 'foo_bar_size', 's', 'default', 'is', '5'],
  },
  {
    what: 'pattern with a group',
    request: {
      tokenizer: { type: 'pattern', pattern: '"((?:\\\\"|[^"]|\\\\")+)"', group: 1 },
      text: '"value", "value with embedded \\" quote"',
    },
    tokens: ['value', 'value with embedded \\" quote'],
  },
  {
    what: 'uax_url_email',
    request: {
      tokenizer: 'uax_url_email',
      text: 'Email me at john.smith@global-international.com',
    },
    tokens: ['Email', 'me', 'at', 'john.smith@global-international.com'],
  },
  {
    what: 'whitespace',
    request: { tokenizer: whitespace, text: "The QUICK Brown-Foxes jumped over the dog's bone." },
    tokens: ['The', 'QUICK', 'Brown-Foxes', 'jumped', 'over', 'the', "dog's", 'bone.'],
  },
]

export const charFilterExamples: Example[] = [
  {
    what: 'html_strip',
    request: {
      tokenizer: keyword,
      char_filter: ['html_strip'],
      text: '<p>I&apos;m so <b>happy</b>!</p>',
    },
    tokens: ["\nI'm so happy!\n"],
  },
  {
    what: 'html_strip that keeps a tag',
    request: {
      tokenizer: keyword,
      char_filter: [{ type: 'html_strip', escaped_tags: ['b'] }],
      text: '<p>I&apos;m so <b>happy</b>!</p>',
    },
    tokens: ["\nI'm so <b>happy</b>!\n"],
  },
  {
    what: 'mapping',
    request: {
      tokenizer: keyword,
      char_filter: [{ type: 'mapping', mappings: ['٠ => 0', '١ => 1', '٢ => 2', '٥ => 5'] }],
      text: 'My license plate is ٢٥٠١٥',
    },
    tokens: ['My license plate is 25015'],
  },
  {
    what: 'mapping with escapes',
    request: {
      tokenizer: keyword,
      char_filter: [{ type: 'mapping', mappings: [':\\u0029 => _happy_', '\\u0020 => '] }],
      text: 'I am :)',
    },
    tokens: ['Iam_happy_'],
  },
  {
    what: 'pattern_replace',
    request: {
      tokenizer: standard,
      char_filter: [{ type: 'pattern_replace', pattern: '(\\d+)-(?=\\d)', replacement: '$1_' }],
      text: 'My credit card is 123-456-789',
    },
    tokens: ['My', 'credit', 'card', 'is', '123_456_789'],
  },
]

export const analyzerExamples: Example[] = [
  {
    what: 'english',
    request: {
      analyzer: 'english',
      text: "The 2 QUICK Brown-Foxes jumped over the lazy dog's bone.",
    },
    tokens: ['2', 'quick', 'brown', 'fox', 'jump', 'over', 'lazi', 'dog', 'bone'],
  },
  { what: 'keyword', request: { analyzer: keyword, text: 'The QUICK' }, tokens: ['The QUICK'] },
  {
    what: 'pattern',
    request: { analyzer: 'pattern', text: "The 2 QUICK Brown-Foxes, the dog's bone." },
    tokens: ['the', '2', 'quick', 'brown', 'foxes', 'the', 'dog', 's', 'bone'],
  },
  {
    what: 'russian',
    request: { analyzer: 'russian', text: 'Беспроводные наушники для смартфонов' },
    tokens: ['беспроводн', 'наушник', 'смартфон'],
  },
  {
    what: 'simple',
    request: { analyzer: 'simple', text: "The 2 QUICK Brown-Foxes, the dog's bone." },
    tokens: ['the', 'quick', 'brown', 'foxes', 'the', 'dog', 's', 'bone'],
  },
  {
    what: 'stop',
    request: { analyzer: 'stop', text: "The 2 QUICK Brown-Foxes, the dog's bone." },
    tokens: ['quick', 'brown', 'foxes', 'dog', 's', 'bone'],
  },
  {
    what: 'whitespace',
    request: { analyzer: whitespace, text: 'The 2 QUICK Brown-Foxes' },
    tokens: ['The', '2', 'QUICK', 'Brown-Foxes'],
  },
]
