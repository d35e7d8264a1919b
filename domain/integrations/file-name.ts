/** What a fetched file is called: the last part of its address, as a person reads it; null when that says nothing. */
export function fileNameOf(url: string): string | null {
  const path = url.split(/[?#]/, 1)[0]!.split('/').slice(3).join('/')
  const last = path.split('/').findLast((part) => part !== '')
  return last === undefined
    ? null
    : decoded(last)
        .replaceAll(/\p{Cc}/gu, '')
        .slice(0, 255) || null
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
