import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findDemoFile, type DemoFile } from './demo-file.ts'

/** Uses what `npm start` brought up, or brings it up for the time of `work`. */
export async function withRunningStack(work: (demo: DemoFile) => Promise<void>): Promise<void> {
  const running = await findRunning()
  if (running) return work(running)

  console.log('Nothing is running here: starting everything for the time of the demo …')
  const start = spawn(process.execPath, [join(import.meta.dirname, '../start.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(start, 'exit')
  try {
    await untilReady(start.stdout, exited)
    const demo = await findDemoFile()
    if (!demo) throw new Error('npm start left no .local/demo.json')
    await work(demo)
  } finally {
    start.kill('SIGTERM')
    await exited
  }
}

async function findRunning(): Promise<DemoFile | undefined> {
  const demo = await findDemoFile()
  if (!demo) return undefined
  try {
    return (await fetch(new URL('/readyz', demo.baseUrl))).ok ? demo : undefined
  } catch {
    return undefined
  }
}

async function untilReady(stdout: NodeJS.ReadableStream, exited: Promise<unknown>): Promise<void> {
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      console.log(`  ${line}`)
      if (line.trim() === 'ready') resolve()
    })
  })
  const ended = exited.then(() => {
    throw new Error('npm start ended before it was ready')
  })
  await Promise.race([ready, ended])
}
