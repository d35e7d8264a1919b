/** Why a whole file cannot be imported. */
export type FileProblemCode =
  | 'empty-file'
  | 'html-page'
  | 'php-source'
  | 'unsupported-format'
  | 'unexpected-root'
  | 'binary-file'
  | 'not-xml'
  | 'internal-dtd'
  | 'prolog-too-long'
  | 'unsupported-encoding'
  | 'invalid-encoding'
  | 'malformed-xml'
  | 'malformed-csv'
  | 'not-a-table'
  | 'no-header'
  | 'mapping-mismatch'
  | 'limit-exceeded'
  | 'no-offers'
  | 'damaged-file'
  | 'unsafe-zip'
  | 'encrypted-file'
  | 'macros'
  | 'too-many-columns'
  | 'too-heavy'
  | 'source-address'
  | 'source-blocked'
  | 'source-unreachable'
  | 'source-timeout'
  | 'source-tls'
  | 'source-redirect'
  | 'source-http-status'
  | 'source-malformed'
  | 'source-too-large'
  | 'internal'

/** What is wrong in `malformed-xml`. */
export type XmlDefect =
  | 'mismatched-tag'
  | 'truncated'
  | 'bare-ampersand'
  | 'bare-less-than'
  | 'unknown-entity'
  | 'character-reference'
  | 'forbidden-character'
  | 'duplicate-attribute'
  | 'attribute-syntax'
  | 'text-outside-root'
  | 'malformed-comment'
  | 'cdata-end'
  | 'misplaced-declaration'
  | 'syntax'

/** What is wrong in `malformed-csv`. */
export type CsvDefect = 'unclosed-quote' | 'nul'

/** What `unsafe-zip` refuses: a package that no program that writes workbooks makes. */
export type ZipFlaw = 'entries' | 'overlap' | 'path' | 'nested' | 'duplicate' | 'size' | 'ratio'

/** Which bound `limit-exceeded` is about. */
export type FileLimit =
  XmlLimit | 'record' | 'columns' | 'categories' | 'strings' | 'cells' | 'part'
export type XmlLimit = 'depth' | 'attributes' | 'name' | 'token'

/**
 * `line` and `column` count from 1; `row` is the offer that was being read, or the last one before. What `params` holds
 * depends on the code: `format`, `root`, `encoding`, `offset` (bytes from 0), `defect` and `text` (what stands there),
 * `limit` and `most`, `flaw`, `part` of a package, `sheet` (then `line` is its row), `status` (of HTTP),
 * `redirectsTo`.
 */
export type FileProblem = {
  code: FileProblemCode
  params?: FileProblemParams
  line?: number
  column?: number
  row?: number
}

export type FileProblemParams = {
  format?: string
  root?: string
  encoding?: string
  offset?: number
  defect?: XmlDefect | CsvDefect
  text?: string
  /** Of `mapping-mismatch`: the column that is not there, or the field that no column is. */
  column?: string
  field?: string
  limit?: FileLimit
  most?: number
  /** Of `source-redirect`: an origin. */
  redirectsTo?: string
  flaw?: ZipFlaw
  part?: string
  sheet?: string
  status?: number
}
