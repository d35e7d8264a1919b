import { mkdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import { buildClient } from './build.ts'

/** A project in `folder` that has the client and what it needs, as npm would have put them there. */
export async function installClient(folder: string): Promise<void> {
  const modules = path.join(folder, 'node_modules')
  await buildClient(path.join(modules, '@yarmarka/client'))
  await mkdir(modules, { recursive: true })
  const hono = path.resolve(import.meta.dirname, '../node_modules/hono')
  await symlink(hono, path.join(modules, 'hono')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
