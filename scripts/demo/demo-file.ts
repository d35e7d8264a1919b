import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** `.local/demo.json`: what a script needs to call the local marketplace. */
export type DemoFile = {
  baseUrl: string
  adminKey: string
  sellers: DemoFileSeller[]
  urls: Record<string, string>
}

export type DemoFileSeller = { id: string; name: string; shopId: string; apiKey: string }

export const demoFilePath = join(import.meta.dirname, '../../.local/demo.json')

export async function findDemoFile(): Promise<DemoFile | undefined> {
  try {
    return JSON.parse(await readFile(demoFilePath, 'utf8')) as DemoFile
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Holds keys: for the owner's eyes only. */
export async function writeDemoFile(demo: DemoFile): Promise<void> {
  await mkdir(dirname(demoFilePath), { recursive: true })
  await writeFile(`${demoFilePath}.new`, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 })
  await rename(`${demoFilePath}.new`, demoFilePath)
}
