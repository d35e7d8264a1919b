/**
 * The best of what is on offer (in order of preference, ending in `identity`) that the header accepts (RFC 9110,
 * 12.5.3). Without a header that is `identity`; what is not named is not sent, unless `*` names everything.
 */
export function acceptedEncoding<Encoding extends string>(
  header: string | undefined,
  offered: readonly [...Encoding[], 'identity'],
): Encoding | 'identity' {
  if (!header) return 'identity'
  const weights = new Map<string, number>()
  for (const part of header.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    const quality = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(coding, quality === undefined ? 1 : Number(quality.slice(2)) || 0)
  }
  const weightOf = (coding: string) =>
    weights.get(coding) ?? weights.get('*') ?? (coding === 'identity' ? Number.MIN_VALUE : 0)
  let best: Encoding | 'identity' = 'identity'
  for (const coding of offered.toReversed())
    if (weightOf(coding) > 0 && weightOf(coding) >= weightOf(best)) best = coding
  return best
}
