/** Milliseconds that are left of so many from now on; one at least, for none would be no limit. */
export function countDown(ms: number): () => number {
  const endsAt = performance.now() + ms
  return () => Math.max(1, Math.ceil(endsAt - performance.now()))
}
