let told = 0
let failed = 0

/** Tells one step and what came of it; a step that fails is told and counted, and the story goes on. */
export async function step(title: string, act: () => Promise<string>): Promise<void> {
  told++
  const startedAt = performance.now()
  process.stdout.write(`\n${String(told).padStart(2)}. ${title}\n`)
  try {
    const outcome = await act()
    console.log(`    ✓ ${outcome}  (${Math.round(performance.now() - startedAt)} ms)`)
  } catch (error) {
    failed++
    console.log(`    ✗ ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The last line, and the exit code. */
export function summary(): void {
  console.log(`\n${told - failed} of ${told} steps did what they say`)
  if (told === 0 || failed > 0) process.exitCode = 1
}
