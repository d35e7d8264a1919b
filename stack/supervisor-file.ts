import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isAlive, startTime } from './children.ts'

/** What other commands may know of the `npm start` that is running. */
export type Supervisor = {
  pid: number
  /** Tells this process from a later one with the same id. */
  startTime: string
  /** How to reach the parts: `POSTGRES_URL` and so on; empty while they come up. */
  env: Record<string, string>
  apiUrl: string
}

/** The one that runs from this `runDir`, if any. */
export async function findSupervisor(runDir: string): Promise<Supervisor | undefined> {
  const text = await readFile(fileIn(runDir), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const found = JSON.parse(text) as Supervisor
  return (await isAlive(found)) ? found : undefined
}

/** Says that this process is the supervisor; say it again when more is known. */
export async function announceSupervisor(
  runDir: string,
  known: Pick<Supervisor, 'env' | 'apiUrl'>,
): Promise<void> {
  const { pid } = process
  await mkdir(runDir, { recursive: true })
  const supervisor: Supervisor = { pid, startTime: await startTime(pid), ...known }
  const partial = `${fileIn(runDir)}.${pid}`
  await writeFile(partial, JSON.stringify(supervisor, undefined, 2))
  await rename(partial, fileIn(runDir))
}

export async function retractSupervisor(runDir: string): Promise<void> {
  await rm(fileIn(runDir), { force: true })
}

function fileIn(runDir: string): string {
  return path.join(runDir, 'supervisor.json')
}
