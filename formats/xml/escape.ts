/**
 * What XML 1.0 permits in no form: control characters but tab, line feed and carriage return, lone surrogates, U+FFFE and
 * U+FFFF. Feeds are written without them.
 */
const IMPOSSIBLE = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/gu
const SPECIAL = /[&<>"'\r]/g
const SPECIAL_OR_BREAK = /[&<>"'\r\n\t]/g

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // Readers turn these into other white space, unless they come as references.
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
}

/** Most texts need nothing done: one look tells. Halves of characters are taken for suspects here. */
const SUSPECT = /[\0-\x1f&<>"'\ud800-\udfff\ufffe\uffff]/

const possible = (text: string) => text.replace(IMPOSSIBLE, '')
const reference = (character: string) => REFERENCES[character]!

/** Between tags. The five characters are all references, as Yandex asks. */
export const xmlText = (text: string): string =>
  SUSPECT.test(text) ? possible(text).replace(SPECIAL, reference) : text

/** Between the quotes of an attribute. */
export const xmlAttribute = (text: string): string =>
  SUSPECT.test(text) ? possible(text).replace(SPECIAL_OR_BREAK, reference) : text

/** As CDATA, which reads well where a text holds HTML; its end mark inside is cut in two. */
export const xmlCdata = (text: string): string =>
  text.includes('\r')
    ? xmlText(text)
    : `<![CDATA[${possible(text).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
