const DEPTH = 10

/**
 * Normalised discounted cumulative gain of the first ten: 1 when nothing better could stand there, 0 when nothing that
 * was asked for does (Järvelin and Kekäläinen 2002, with the gain 2^grade − 1).
 * @param found grades in the order of the answer
 * @param all grades of the whole catalogue
 */
export function ndcg(found: readonly number[], all: readonly number[]): number {
  const ideal = gain(all.toSorted((a, b) => b - a))
  return ideal === 0 ? 0 : gain(found) / ideal
}

const gain = (grades: readonly number[]) =>
  grades.slice(0, DEPTH).reduce((sum, grade, i) => sum + (2 ** grade - 1) / Math.log2(i + 2), 0)
