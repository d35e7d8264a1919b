/** A feed that loses more than this share of its items is held until a person says that it is meant so. */
export const SHRINK_LIMIT = 0.3

export const shrinksTooMuch = (itemsBefore: number, items: number): boolean =>
  items < itemsBefore * (1 - SHRINK_LIMIT)

/** Yandex refuses a file whose date is older than ten days: what has not changed is published again before that. */
const REPUBLISH_AFTER_MS = 7 * 24 * 60 * 60 * 1_000

type Settled = { fingerprint: string | null; finishedAt: Date | null }

/**
 * Whether there is something new to publish. A held publication counts as told: the same content is not held twice.
 * @param settled what was published last, and what was held after it, if anything
 */
export function isDue(
  fingerprint: string,
  settled: { published: Settled | undefined; held: Settled | undefined },
  now: Date,
): boolean {
  if (settled.held?.fingerprint === fingerprint) return false
  const { published } = settled
  if (!published || published.fingerprint !== fingerprint) return true
  return now.getTime() - (published.finishedAt?.getTime() ?? 0) > REPUBLISH_AFTER_MS
}
