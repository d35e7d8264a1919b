/**
 * What somebody has typed, without what makes no difference to what begins so: letter case, ё, composed or not, spaces
 * before, after and between the words. Two texts that are the same by this have the same suggestions.
 */
export const typedText = (q: string): string =>
  q.normalize('NFC').toLowerCase().replaceAll('ё', 'е').replace(/\s+/gu, ' ').trim()
