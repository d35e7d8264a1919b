import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** The key of this checkout, made once and kept beside the data that it seals. */
export async function localSecretsKey(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'secrets-key')
  const kept = await readFile(file, 'utf8').catch(() => undefined)
  if (kept !== undefined) return kept
  const key = randomBytes(32).toString('base64')
  await mkdir(dataDir, { recursive: true })
  await writeFile(file, key, { mode: 0o600 })
  return key
}
