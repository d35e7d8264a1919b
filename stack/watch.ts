import { readdirSync, watch } from 'node:fs'
import path from 'node:path'

const unwatched = new Set(['node_modules', 'test', 'bench', 'docs', 'dist', 'coverage'])
const quietMs = 300

/** Calls `onChange` once the checkout's sources have changed and are quiet again. Gives the end of it. */
export function watchSources(root: string, onChange: () => void): () => void {
  let quiet: NodeJS.Timeout | undefined
  const changed = (_event: string, file: string | null) => {
    if (!file?.endsWith('.ts')) return
    clearTimeout(quiet)
    quiet = setTimeout(onChange, quietMs)
  }
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .filter(({ name }) => !unwatched.has(name))
  const watchers = [
    watch(root, changed),
    ...folders.map(({ name }) => watch(path.join(root, name), { recursive: true }, changed)),
  ]
  return () => {
    clearTimeout(quiet)
    for (const watcher of watchers) watcher.close()
  }
}
