import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { cached } from '../cache.ts'
import type { ObtainContext } from '../part.ts'
import { runProgram } from '../run-program.ts'
import { nodeArguments, temporaryFolder } from './node.ts'

const archiveName = 'classes.jsa'

/**
 * The classes of a started node as the JVM maps them into memory, which halves the processor time of every
 * start after. Good for this home and this Java only; a JVM that cannot use it goes on without.
 */
export async function obtainClassArchive(
  { java, home }: { java: string; home: string },
  context: ObtainContext,
): Promise<string> {
  const version = await runProgram(java, ['--version'])
  const hash = createHash('sha256').update(home).update(java).update(version)
  const name = `elasticsearch-classes-${hash.digest('hex').slice(0, 12)}`
  const folder = await cached(context, name, async (partial) => {
    context.progress('starting Elasticsearch once to speed up later starts')
    const trial = path.join(partial, 'trial')
    await mkdir(temporaryFolder(trial), { recursive: true })
    const node = { home, folder: trial, httpPort: 0, transportPort: 0 }
    const archive = path.join(partial, archiveName)
    const args = nodeArguments(node, [`-XX:ArchiveClassesAtExit=${archive}`])
    await runProgram(java, [...args, '--once'])
    await rm(trial, { recursive: true })
  })
  return path.join(folder, archiveName)
}
