import type { XmlDefect } from '../../domain/integrations/file-problem.ts'

type Defect = { defect: XmlDefect; text?: string }

/** Of an end tag for another element than the one that is open. */
export const MISMATCH = 'unexpected close tag.'

/**
 * What a message of saxes 6 means to the owner of the file. `closing` is the element that a closing tag has just been
 * taken for, `forbidden` a character that XML does not permit.
 */
export function defectOf(
  message: string,
  closing: string | undefined,
  forbidden: string | undefined,
): Defect | 'php-source' {
  if (message.includes('processing instruction')) return 'php-source'
  if (message === 'disallowed character.') {
    return forbidden === undefined
      ? { defect: 'attribute-syntax' }
      : { defect: 'forbidden-character', text: forbidden }
  }
  if (message === MISMATCH && closing !== undefined) {
    return { defect: 'mismatched-tag', text: closing }
  }
  const duplicate = /^duplicate attribute: (.*)\.$/s.exec(message)?.[1]
  if (duplicate !== undefined) return { defect: 'duplicate-attribute', text: duplicate }
  const known = MESSAGES.find(([expression]) => expression.test(message))
  return known === undefined ? { defect: 'syntax', text: message } : { defect: known[1] }
}

const MESSAGES: [RegExp, XmlDefect][] = [
  [/^unclosed tag|^unexpected end|must contain a root/, 'truncated'],
  [/^empty entity name/, 'bare-ampersand'],
  [/^malformed character entity/, 'character-reference'],
  [/in tag name|in closing tag|^forward-slash/, 'bare-less-than'],
  [/attribute|^unquoted|in attribute name/, 'attribute-syntax'],
  [/^malformed comment/, 'malformed-comment'],
  [/^the string/, 'cdata-end'],
  [/^text data outside|only one root|^unmatched closing tag/, 'text-outside-root'],
  [
    /declaration|^version number|^encoding value|^standalone|^expected|^did not expect|^value |^whitespace required|character \?/,
    'misplaced-declaration',
  ],
]

/** The first control character or non-character in a text, as `U+0008`. */
export function forbiddenCharacter(text: string): string | undefined {
  const found = FORBIDDEN.exec(text)?.[0]
  if (found === undefined) return undefined
  return `U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
}

// eslint's no-control-regex does not see escapes built at run time, and these are meant.
const FORBIDDEN = new RegExp('[\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\uFFFE\\uFFFF]')
