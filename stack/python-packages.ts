import { cached } from './cache.ts'
import type { ObtainContext } from './part.ts'
import { findProgram, runProgram } from './run-program.ts'

export type PythonPackages = {
  python: string
  /** For the environment of `python`: where the packages are. */
  env: { PYTHONPATH: string }
}

/** A package of the Python registry with all that it needs, in a folder of the cache; nothing is installed. */
export async function pythonPackages(
  context: ObtainContext,
  { name, version }: { name: string; version: string },
): Promise<PythonPackages> {
  const python = await findProgram(['python3', 'python'])
  if (!python) throw new Error(`${name} needs Python 3 with pip (Debian: python3-pip)`)
  const folder = await cached(context, `${name}-${version}-packages`, async (partial) => {
    context.progress(`installing ${name} ${version}`)
    await runProgram(python, [
      ...['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:'],
      ...['--disable-pip-version-check', '--root-user-action', 'ignore'],
      ...['--target', partial, `${name}==${version}`],
    ])
  })
  return { python, env: { PYTHONPATH: folder } }
}
