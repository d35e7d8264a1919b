import { temporal } from '@temporalio/proto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../histories')

const { History } = temporal.api.history.v1
const readable = { bytes: String, longs: String, enums: String }

export type RecordedHistory = {
  workflow: string
  scenario: string
  history: temporal.api.history.v1.History
}

/** Writes the history of a scenario to test/histories, when `npm run record-histories` asks for it. */
export async function keepHistory(
  workflow: string,
  scenario: string,
  history: temporal.api.history.v1.IHistory,
): Promise<void> {
  if (process.env['RECORD_HISTORIES'] !== 'true') return
  const plain = History.toObject(History.fromObject(history), readable)
  await mkdir(join(folder, workflow), { recursive: true })
  await writeFile(
    join(folder, workflow, `${scenario}.json`),
    `${JSON.stringify(plain, withoutMachine)}\n`,
  )
}

/** Where a history was recorded matters to no replay. */
const withoutMachine = (key: string, value: unknown) =>
  key === 'identity' || key === 'stackTrace' || key === 'binaryChecksum' ? undefined : value

export async function listHistories(): Promise<RecordedHistory[]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) =>
    file.endsWith('.json'),
  )
  return Promise.all(
    files.sort().map(async (file) => {
      const [workflow = '', scenario = ''] = file.replace(/\.json$/, '').split(/[\\/]/)
      return {
        workflow,
        scenario,
        history: History.fromObject(
          JSON.parse(await readFile(join(folder, file), 'utf8')) as Record<string, unknown>,
        ),
      }
    }),
  )
}
