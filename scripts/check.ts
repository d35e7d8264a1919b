import { spawn } from 'node:child_process'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')

/** One thing that is looked at as a whole: it holds, or its output says why not. */
export type Check = { name: string; program: string; args: string[] }
export type Outcome = { name: string; ok: boolean; seconds: number; output: string }

export const types: Check = {
  name: 'types',
  program: 'typescript/bin/tsc',
  args: [
    ...['--noEmit', '-p', '.'],
    ...['--incremental', '--tsBuildInfoFile', 'node_modules/.cache/types.tsbuildinfo'],
  ],
}
export const lint: Check = { name: 'lint', program: 'eslint/bin/eslint.js', args: ['.'] }
/** Only files that changed: quick, and blind to a type that changed in another file. */
export const lintChanged: Check = {
  ...lint,
  args: [
    ...lint.args,
    ...['--cache', '--cache-strategy', 'content'],
    ...['--cache-location', 'node_modules/.cache/eslint/'],
  ],
}
export const format: Check = {
  name: 'format',
  program: 'prettier/bin/prettier.cjs',
  args: ['--check', '.', '--cache', '--cache-location', 'node_modules/.cache/prettier-check'],
}
export const tests = (...projects: string[]): Check => ({
  name: projects.join(', '),
  program: 'vitest/vitest.mjs',
  args: ['run', ...projects.flatMap((project) => ['--project', project])],
})

/** Runs a program of node_modules, says how it went in a line, and with its output when it failed. */
export async function runCheck({ name, program, args }: Check): Promise<Outcome> {
  const began = performance.now()
  const child = spawn(process.execPath, [path.join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  const outcome = { name, ok: code === 0, seconds: (performance.now() - began) / 1000, output }
  if (!outcome.ok) process.stdout.write(`\n${output.trimEnd()}\n\n`)
  console.log(describe(outcome))
  return outcome
}

export const describe = ({ name, ok, seconds }: Outcome) =>
  `${ok ? '✓' : '✗'} ${name.padEnd(24)} ${seconds.toFixed(1).padStart(5)} s${ok ? '' : '  failed'}`
