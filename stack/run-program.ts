import { type ChildProcess, spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import path from 'node:path'

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill()
})

/**
 * Runs a program to its end and gives its standard output. Throws with the tail of what it said
 * when it fails; the error's `code` is `ENOENT` when there is no such program. Ends with this process.
 */
export function runProgram(
  program: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string>; timeoutMs?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
    })
    running.add(child)
    let said = ''
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      said = (said + text).slice(-4000)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
    })
    child.on('error', (error) => {
      running.delete(child)
      reject(error)
    })
    child.on('close', (code, signal) => {
      running.delete(child)
      if (code === 0) resolve(output)
      else
        reject(
          new Error(
            `${path.basename(program)} ${args[0] ?? ''} ended with ${code ?? signal}:\n${said.trim()}`,
          ),
        )
    })
  })
}

/** The full path of the first of `names` that is on the PATH or in one of `folders`. */
export async function findProgram(
  names: string[],
  folders: string[] = [],
): Promise<string | undefined> {
  const onPath = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean)
  for (const name of names) {
    for (const folder of [...onPath, ...folders]) {
      const candidate = path.join(folder, name)
      if (await isExecutable(candidate)) return candidate
    }
  }
  return undefined
}

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}
