import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  NoSuchKey,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { Readable } from 'node:stream'
import type { ObjectStoreConfig } from '../config.ts'

export type ObjectStore = ReturnType<typeof connectObjectStore>

/** S3 through its own client; path-style addresses, so that any compatible store serves. */
export function connectObjectStore(config: ObjectStoreConfig) {
  const bucket = config.S3_BUCKET
  const client = new S3Client({
    region: config.S3_REGION,
    ...(config.S3_ENDPOINT ? { endpoint: config.S3_ENDPOINT } : {}),
    forcePathStyle: true,
    credentials: {
      accessKeyId: config.S3_ACCESS_KEY_ID,
      secretAccessKey: config.S3_SECRET_ACCESS_KEY,
    },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })

  return {
    /**
     * Streams `bytes` into the object in parts, two of 8 MB at once unless told otherwise; a part is at least 5 MB. When
     * the source throws or `signal` aborts, nothing is left behind and the error is thrown on.
     */
    async put(
      key: string,
      bytes: AsyncIterable<Uint8Array>,
      {
        signal,
        parts = { bytes: 8 * 1024 ** 2, atOnce: 2 },
      }: { signal?: AbortSignal; parts?: { bytes: number; atOnce: number } } = {},
    ): Promise<void> {
      const upload = new Upload({
        client,
        params: { Bucket: bucket, Key: key, Body: Readable.from(bytes, { objectMode: false }) },
        partSize: parts.bytes,
        queueSize: parts.atOnce,
      })
      const abort = () => void upload.abort()
      signal?.addEventListener('abort', abort, { once: true })
      try {
        signal?.throwIfAborted()
        await upload.done()
      } finally {
        signal?.removeEventListener('abort', abort)
      }
    },

    /** @throws {ObjectNotFound} */
    async get(key: string, { signal }: { signal?: AbortSignal } = {}): Promise<Readable> {
      try {
        const { Body } = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: key }),
          signal ? { abortSignal: signal } : {},
        )
        return Body as Readable
      } catch (error) {
        if (error instanceof NoSuchKey) throw new ObjectNotFound(key)
        throw error
      }
    },

    /** Done when the object is gone, whether it was there or not. */
    async remove(key: string): Promise<void> {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
    },

    /** The keys that begin with `prefix`, in the store's order. */
    async *list(prefix: string): AsyncGenerator<string> {
      for await (const { Contents = [] } of paginateListObjectsV2(
        { client },
        { Bucket: bucket, Prefix: prefix },
      ))
        for (const { Key } of Contents) if (Key !== undefined) yield Key
    },

    /**
     * Lets go of the parts that a process left when it died in the middle of `put`, for the keys below `prefix` that
     * `isLost` names.
     */
    async removeUnfinished(prefix: string, isLost: (key: string) => boolean): Promise<void> {
      const { Uploads = [] } = await client.send(
        new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }),
      )
      for (const { Key, UploadId } of Uploads)
        if (Key !== undefined && Key.startsWith(prefix) && isLost(Key))
          await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }))
    },

    async check(): Promise<void> {
      await client.send(new HeadBucketCommand({ Bucket: bucket }))
    },

    close(): void {
      client.destroy()
    },
  }
}

export class ObjectNotFound extends Error {
  override name = 'ObjectNotFound'
  constructor(key: string) {
    super(`No object ${key}`)
  }
}
