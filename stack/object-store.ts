import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { endChild } from './children.ts'
import { goProgram } from './go-program.ts'
import type { Part } from './part.ts'
import { findProgram } from './run-program.ts'

const version = 'v1.8.0'
const bucket = 'yarmarka'
const accessKeyId = 'yarmarka'
const secretAccessKey = 'yarmarka-local-secret'
const region = 'us-east-1'

/** versitygw: the S3 protocol over a folder, a bucket being a folder in it. */
export const objectStorePart: Part = {
  name: 'object-store',
  title: 'Object store',
  urlVariable: 'S3_ENDPOINT',

  async obtain(context) {
    const installed = await findProgram(['versitygw'])
    if (installed) return { programs: { versitygw: installed }, source: 'installed, versitygw' }
    const versitygw = await goProgram(context, {
      program: 'versitygw',
      module: 'github.com/versity/versitygw',
      version,
      package: 'github.com/versity/versitygw/cmd/versitygw',
      about: '1 min',
    })
    return { programs: { versitygw }, source: `Go, versitygw ${version}` }
  },

  async start({ programs }, context) {
    const buckets = path.join(context.dataDir, 'buckets')
    // Extended attributes are missing on some file systems; a side folder works on all.
    const sidecar = path.join(context.dataDir, 'metadata')
    await mkdir(path.join(buckets, bucket), { recursive: true })
    await mkdir(sidecar, { recursive: true })
    const port = await context.port('s3', 7070)
    const url = `http://127.0.0.1:${port}`
    const child = await context.spawn(
      programs.versitygw!,
      [
        ...['--port', `127.0.0.1:${port}`, '--region', region, '--quiet', '--keep-alive'],
        ...['--health', '/health'],
        ...['posix', '--sidecar', sidecar, buckets],
      ],
      { env: { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey } },
    )
    await context.healthy(child, async () => {
      const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) })
      if (!answer.ok) throw new Error(`health answers ${answer.status}`)
    })
    return {
      child,
      env: {
        S3_ENDPOINT: url,
        S3_REGION: region,
        S3_ACCESS_KEY_ID: accessKeyId,
        S3_SECRET_ACCESS_KEY: secretAccessKey,
        S3_BUCKET: bucket,
      },
      addresses: [{ what: 'Object store', url: `${url}/${bucket}` }],
      stop: () => endChild(child),
    }
  },
}
