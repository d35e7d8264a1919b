import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const launcher = path.resolve(import.meta.dirname, '../../scripts/with-node-24.mjs')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'yarmarka-launch-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function launch(source: string, ...args: string[]) {
  const script = path.join(folder, 'script.ts')
  await writeFile(script, source)
  const child = spawn(process.execPath, [launcher, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  return { child, exited: once(child, 'close'), output: () => output }
}

it('runs TypeScript under Node 24, found first on the PATH, with the arguments', async () => {
  const { exited, output } = await launch(
    `const [major]: string[] = process.versions.node.split('.')
     console.log(major, process.env.PATH?.split(':')[0], ...process.argv.slice(2))`,
    ...['--flag', 'два слова'],
  )
  expect(await exited).toEqual([0, null])
  const programs = path.resolve(import.meta.dirname, '../../node_modules/.bin')
  expect(output()).toBe(`24 ${programs} --flag два слова\n`)
})

it('ends with the exit code of the script', async () => {
  const { exited } = await launch('process.exit(7)')
  expect(await exited).toEqual([7, null])
})

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('passes %s on and waits', async (signal) => {
  const { child, exited, output } = await launch(
    `const staying = setInterval(() => {}, 1000)
     process.once('${signal}', () => { console.log('draining'); clearInterval(staying) })
     console.log('up')`,
  )
  await once(child.stdout, 'data')
  child.kill(signal)
  expect(await exited).toEqual([0, null])
  expect(output()).toBe('up\ndraining\n')
})
