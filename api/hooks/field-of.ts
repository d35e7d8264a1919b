/** A text at the top of a body that is JSON; nothing where there is none. */
export function fieldOf(body: Uint8Array, name: string): string | undefined {
  try {
    const value = (JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>)[name]
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
