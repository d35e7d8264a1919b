/** Paths whose next segment is all that one needs to know. */
const OPENED_BY = /^\/(feeds|track|hooks\/carriers\/\w+)\/[^/]+/
const KEY = /mk_[a-z]{1,16}_[0-9A-Za-z_]+/g
const LONGEST = 300

/** A path as it may be logged: without tokens and keys, without control characters, and not endless. */
export const withoutSecrets = (path: string): string =>
  path
    .replace(OPENED_BY, '/$1/***')
    .replaceAll(KEY, 'mk_***')
    .replaceAll(/\p{Cc}/gu, '')
    .slice(0, LONGEST)
