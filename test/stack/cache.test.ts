import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { cached } from '../../stack/cache.ts'

let cacheDir: string
const said: string[] = []
const context = () => ({ cacheDir, progress: (message: string) => void said.push(message) })

beforeEach(async () => {
  cacheDir = await mkdtemp(path.join(tmpdir(), 'yarmarka-cache-'))
})
afterEach(() => rm(cacheDir, { recursive: true, force: true }))

it('makes a folder once', async () => {
  let made = 0
  const make = async (folder: string) => {
    made++
    await writeFile(path.join(folder, 'program'), 'whole')
  }
  const first = await cached(context(), 'tool-1', make)
  const second = await cached(context(), 'tool-1', make)
  expect([first, second]).toEqual([path.join(cacheDir, 'tool-1'), path.join(cacheDir, 'tool-1')])
  expect(made).toBe(1)
})

it('makes it once for two that ask at the same time, and tells the one that waits', async () => {
  let made = 0
  const make = async (folder: string) => {
    made++
    await writeFile(path.join(folder, 'program'), 'whole')
  }
  await Promise.all([cached(context(), 'tool-2', make), cached(context(), 'tool-2', make)])
  expect(made).toBe(1)
  expect(said).toContain('waiting for another process that fetches it')
})

it('leaves nothing of a failed attempt, and tries again', async () => {
  const failing = async (folder: string) => {
    await writeFile(path.join(folder, 'program'), 'half')
    throw new Error('the line went dead')
  }
  await expect(cached(context(), 'tool-3', failing)).rejects.toThrow('the line went dead')
  expect(await readdir(cacheDir)).toEqual([])
  const folder = await cached(context(), 'tool-3', (partial) =>
    writeFile(path.join(partial, 'program'), 'whole'),
  )
  expect(await readFile(path.join(folder, 'program'), 'utf8')).toBe('whole')
})

it('does not take what a killed process left for a whole one, and removes it when it is old', async () => {
  const left = await mkdtemp(path.join(cacheDir, 'tool-4.partial-'))
  await writeFile(path.join(left, 'program'), 'half')
  const longAgo = new Date(Date.now() - 2 * 3_600_000)
  await utimes(left, longAgo, longAgo)
  const folder = await cached(context(), 'tool-4', (partial) =>
    writeFile(path.join(partial, 'program'), 'whole'),
  )
  expect(await readFile(path.join(folder, 'program'), 'utf8')).toBe('whole')
  expect(await readdir(cacheDir)).toEqual(['tool-4'])
})
