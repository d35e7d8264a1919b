import type { Good } from './catalogue/generate.ts'
import type { Finder } from './finders.ts'
import { gradeOf, KINDS, type Judgement, type Kind } from './judgements/judgement.ts'
import { ndcg } from './ndcg.ts'

export type Evaluated = { judgement: Judgement; found: string[]; ndcg: number }

export async function evaluate(
  judgements: readonly Judgement[],
  goods: readonly Good[],
  find: Finder,
): Promise<Evaluated[]> {
  const evaluated: Evaluated[] = []
  for (const judgement of judgements) {
    const grades = new Map(goods.map((good) => [good.document.id, gradeOf(judgement, good)]))
    const found = await find(judgement.q)
    evaluated.push({
      judgement,
      found,
      ndcg: ndcg(
        found.map((id) => grades.get(id)!),
        [...grades.values()],
      ),
    })
  }
  return evaluated
}

export type Summary = { queries: number; ndcg: number; nothingFound: number }

export const summarise = (evaluated: readonly Evaluated[]): Summary => ({
  queries: evaluated.length,
  ndcg: evaluated.reduce((sum, one) => sum + one.ndcg, 0) / evaluated.length,
  nothingFound: evaluated.filter(({ found }) => found.length === 0).length / evaluated.length,
})

export const byKind = (evaluated: readonly Evaluated[]): Map<Kind, Summary> =>
  new Map(
    KINDS.map((kind) => [
      kind,
      summarise(evaluated.filter(({ judgement }) => judgement.kind === kind)),
    ]),
  )
