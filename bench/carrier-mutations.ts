import { measureMutations, type MutationFigures } from '../test/carriers/mutations/run.ts'

/** Replies of each carrier, each changed in one way, and what the adapters make of them. */
export async function run(size: number): Promise<string> {
  const lines = []
  const wrong: string[] = []
  for (const carrier of ['cdek', 'dpd', 'uber'] as const) {
    const figures = await measureMutations(carrier, { count: size, seed: 2026 })
    lines.push(lineOf(carrier, figures))
    const { crashes, wrongBooked, wrongDead, wrongFigures } = figures
    wrong.push(...crashes, ...wrongBooked, ...wrongDead, ...wrongFigures)
  }
  for (const one of wrong.slice(0, 10)) console.error(one)
  if (wrong.length > 0) process.exitCode = 1
  return [
    '| carrier | replies | crashes | wrongly booked | wrongly dead | wrong figures | outcomes |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n')
}

function lineOf(carrier: string, figures: MutationFigures): string {
  const outcomes = Object.entries(figures.outcomes)
    .sort(([, one], [, other]) => other - one)
    .map(([outcome, count]) => `${outcome} ${count}`)
  const cells = [
    ...[carrier, figures.calls, figures.crashes.length, figures.wrongBooked.length],
    ...[figures.wrongDead.length, figures.wrongFigures.length, outcomes.join(', ')],
  ]
  return `| ${cells.join(' | ')} |`
}
