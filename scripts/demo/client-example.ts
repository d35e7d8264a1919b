import { execFile } from 'node:child_process'
import { copyFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { installClient } from '../../client/install.ts'

const root = path.resolve(import.meta.dirname, '../..')

/** Builds `@yarmarka/client`, puts it into a project's node_modules and runs client/example.ts there; gives what it says. */
export async function runClientExample(baseUrl: string, apiKey: string): Promise<string> {
  const folder = path.join(root, '.local/client')
  await installClient(folder)
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }')
  await copyFile(path.join(root, 'client/example.ts'), path.join(folder, 'example.ts'))
  const { stdout } = await promisify(execFile)(process.execPath, ['example.ts', baseUrl, apiKey], {
    cwd: folder,
  })
  return stdout.trim()
}
