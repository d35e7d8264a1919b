import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { tryLock } from './lock.ts'
import type { ObtainContext } from './part.ts'

/** Where obtained programs are kept between checkouts: `$XDG_CACHE_HOME/yarmarka`. */
export function cacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'yarmarka')
}

/**
 * A folder of the cache that `make` fills once. It appears under its name only when whole: a killed
 * download leaves nothing that looks finished, and of two processes one waits for the other.
 */
export async function cached(
  context: ObtainContext,
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const whole = path.join(context.cacheDir, name)
  if (await exists(whole)) return whole
  await mkdir(context.cacheDir, { recursive: true })
  let unlock = await tryLock(whole)
  if (!unlock) context.progress('waiting for another process that fetches it')
  while (!unlock) {
    await pause(250)
    unlock = await tryLock(whole)
  }
  try {
    if (await exists(whole)) return whole
    await removeAbandoned(context.cacheDir, name)
    const partial = await mkdtemp(path.join(context.cacheDir, `${name}.partial-`))
    try {
      await make(partial)
      // Temporary folders are private; the server that runs as nobody must enter too.
      await chmod(partial, 0o755)
      await rename(partial, whole).catch(async (error: unknown) => {
        if (!(await exists(whole))) throw error
      })
    } finally {
      await rm(partial, { recursive: true, force: true })
    }
    return whole
  } finally {
    unlock()
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

/** Bytes under a folder; files that vanish while it is read count for nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        stat(path.join(entry.parentPath, entry.name)).then(
          (found) => found.size,
          () => 0,
        ),
      ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function removeAbandoned(cacheDir: string, name: string): Promise<void> {
  const hourAgo = Date.now() - 3_600_000
  for (const entry of await readdir(cacheDir)) {
    if (!entry.startsWith(`${name}.partial-`)) continue
    const folder = path.join(cacheDir, entry)
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Infinity }))
    if (mtimeMs < hourAgo) await rm(folder, { recursive: true, force: true })
  }
}
