import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { MockActivityEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createFeedArtefactsActivities } from '../../activities/integrations/feed-artefacts.ts'
import { createFeed } from '../support/catalogue.ts'
import { createShop } from '../support/marketplace.ts'
import { freshObjectStore, type TestObjectStore } from '../support/object-store.ts'
import { freshDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
let objects: TestObjectStore
let s3: S3Client

beforeAll(async () => {
  ;[database, objects] = await Promise.all([freshDatabase(), freshObjectStore()])
  s3 = new S3Client({
    endpoint: objects.env.S3_ENDPOINT,
    region: objects.env.S3_REGION,
    forcePathStyle: true,
    credentials: {
      accessKeyId: objects.env.S3_ACCESS_KEY_ID,
      secretAccessKey: objects.env.S3_SECRET_ACCESS_KEY,
    },
  })
})
afterAll(async () => {
  s3.destroy()
  objects.close()
  await database.drop()
})

/** What a process leaves that is killed in the middle of a large file. */
async function leaveUnfinished(Key: string) {
  const Bucket = objects.env.S3_BUCKET
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
  await s3.send(
    new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: Buffer.alloc(1024) }),
  )
}

const unfinished = async () => {
  const { Uploads = [] } = await s3.send(
    new ListMultipartUploadsCommand({ Bucket: objects.env.S3_BUCKET }),
  )
  return Uploads.map(({ Key }) => Key)
}

it('a sweep lets go of the parts of a file that nobody finishes, and of no other feed’s', async () => {
  const shop = await createShop(database.owner.db)
  const [mine, other] = [
    await createFeed(database.owner.db, shop),
    await createFeed(database.owner.db, shop),
  ]
  await leaveUnfinished(`feeds/${mine.id}/lost.xml`)
  await leaveUnfinished(`feeds/${other.id}/busy.xml`)
  const { sweepFeed } = createFeedArtefactsActivities({
    system: database.system.db,
    objectStore: objects.store,
  })
  await new MockActivityEnvironment().run(() => sweepFeed({ feedId: mine.id }))
  expect(await unfinished()).toEqual([`feeds/${other.id}/busy.xml`])
})
