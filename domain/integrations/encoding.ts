/** The encodings that files come in; the names are labels of the WHATWG Encoding Standard. */
export type Encoding =
  'utf-8' | 'windows-1251' | 'utf-16le' | 'utf-16be' | 'koi8-r' | 'ibm866' | 'iso-8859-5'
