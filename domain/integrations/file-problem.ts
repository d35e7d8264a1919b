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
  | 'limit-exceeded'
  | 'no-offers'

/** `line` and `column` count from 1; `row` is the offer that was being read, or the last one before. */
export type FileProblem = {
  code: FileProblemCode
  params?: Record<string, string | number>
  line?: number
  column?: number
  row?: number
}
