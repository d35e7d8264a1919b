import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { connectObjectStore, type ObjectStore } from '../../clients/object-store.ts'

export type TestObjectStore = {
  store: ObjectStore
  env: Record<
    'S3_ENDPOINT' | 'S3_REGION' | 'S3_ACCESS_KEY_ID' | 'S3_SECRET_ACCESS_KEY' | 'S3_BUCKET',
    string
  >
  close(): void
}

/** An empty bucket of its own; call it once per test file. What is in it goes away with the stack. */
export async function freshObjectStore(): Promise<TestObjectStore> {
  const { S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = inject('stack').env
  if (!S3_ENDPOINT || !S3_ACCESS_KEY_ID || !S3_SECRET_ACCESS_KEY)
    throw new Error('The object store is not among TEST_PARTS')
  const env = {
    S3_ENDPOINT,
    S3_REGION: S3_REGION ?? 'us-east-1',
    S3_ACCESS_KEY_ID,
    S3_SECRET_ACCESS_KEY,
    S3_BUCKET: `test-${randomUUID()}`,
  }
  const client = new S3Client({
    endpoint: env.S3_ENDPOINT,
    region: env.S3_REGION,
    forcePathStyle: true,
    credentials: { accessKeyId: env.S3_ACCESS_KEY_ID, secretAccessKey: env.S3_SECRET_ACCESS_KEY },
  })
  await client.send(new CreateBucketCommand({ Bucket: env.S3_BUCKET }))
  client.destroy()
  const store = connectObjectStore(env)
  return { store, env, close: () => store.close() }
}
