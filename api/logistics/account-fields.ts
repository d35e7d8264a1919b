import { z } from '@hono/zod-openapi'
import { randomBytes } from 'node:crypto'
import type { SecretBox } from '../../clients/secret-box.ts'
import type { CarrierId } from '../../contracts/logistics.ts'
import type { CarrierAccountRow, ToldAccount } from '../../db/logistics/carrier-accounts.ts'
import { Instant } from '../openapi.ts'
import { Problem } from '../problem.ts'
import { invalid } from '../validation.ts'
import { CarrierField } from './point-view.ts'

export const AccountParams = z.object({ carrier: CarrierField })
const visible = (most: number) => z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${most}}$`))

/** What an adapter wants to know of a contract besides, see clients/carriers/<carrier>/settings.ts. */
export const SETTINGS = {
  cdek: z
    .strictObject({
      shipmentPoint: visible(32).optional().openapi({
        description: 'The office where you hand parcels in; without it couriers fetch them',
        example: 'MSK65',
      }),
      tariffs: z
        .array(z.int().min(1).max(99_999))
        .min(1)
        .max(100)
        .optional()
        .openapi({ description: 'Only these tariffs', example: [136, 137, 368] }),
      currency: z
        .enum(['RUB', 'KZT', 'BYN', 'KGS', 'AMD', 'UZS', 'USD', 'EUR', 'CNY', 'TRY', 'AED'])
        .optional()
        .openapi({ description: 'Of the contract: RUB unless told', example: 'RUB' }),
    })
    .openapi('CdekSettings'),
  dpd: z
    .strictObject({
      pickupTerminal: z
        .string()
        .regex(/^[0-9A-Za-z\u0400-\u04ff]{1,32}$/)
        .optional()
        .openapi({
          description: 'The terminal where you hand parcels in; without it couriers fetch them',
          example: 'M13',
        }),
      services: z
        .array(z.string().regex(/^[A-Z]{3}$/))
        .min(1)
        .max(30)
        .optional()
        .openapi({ description: 'Only these services', example: ['PCL', 'NDY'] }),
      payer: visible(32)
        .optional()
        .openapi({ description: 'Who pays, where it is not the contract', example: '1001000000' }),
      pickupTimePeriod: z
        .string()
        .regex(/^([01]?\d|2[0-3])-([01]?\d|2[0-3])$/)
        .optional()
        .openapi({ description: 'When a courier may come', example: '9-18' }),
      cargoCategory: z
        .string()
        .regex(/^[0-9A-Za-z\u0400-\u04ff .,()-]{1,100}$/)
        .optional()
        .openapi({ example: 'Бытовая техника' }),
    })
    .openapi('DpdSettings'),
  uber: z.strictObject({}).openapi('UberSettings'),
} satisfies Record<CarrierId, z.ZodType>

const settings = z
  .union([SETTINGS.cdek, SETTINGS.dpd, SETTINGS.uber])
  .openapi({ example: { shipmentPoint: 'MSK65', tariffs: [136, 137] } })

export const NewAccount = z
  .strictObject({
    clientId: visible(200).openapi({
      example: 'wqGwiQx0gg8mLtiEKsUinjVSICCjtTEP',
      description: 'CDEK: the account; DPD: the client number; Uber: the client id',
    }),
    clientSecret: visible(500).openapi({ example: 'RmAmgvSgSl1yirlz9QupbzOJVqhCxcP5' }),
    customerId: visible(200).optional().openapi({
      example: 'cus_0f9a',
      description: 'Of Uber alone',
    }),
    webhookKey: visible(500).optional().openapi({
      example: 'whk_5d1f',
      description:
        'By which Uber signs what it calls us with; CDEK calls an address that ends with it, one of our making unless told',
    }),
    settings: settings.optional().openapi({
      description: 'Of the carrier in the path, whole; they stay as they are unless told',
    }),
    enabled: z.boolean().default(true),
  })
  .openapi('NewCarrierAccount', {
    example: {
      clientId: 'wqGwiQx0gg8mLtiEKsUinjVSICCjtTEP',
      clientSecret: 'RmAmgvSgSl1yirlz9QupbzOJVqhCxcP5',
      settings: { shipmentPoint: 'MSK65', tariffs: [136, 137] },
    },
  })
export const Account = z
  .object({
    id: z.string().openapi({ example: 'e7f8a2d0-3b52-4f0e-9a0c-1f6a5cf0f8d1' }),
    carrier: CarrierField,
    clientId: z.string().openapi({ example: 'wqGwiQx0gg8mLtiEKsUinjVSICCjtTEP' }),
    customerId: z.string().optional().openapi({ example: 'cus_0f9a' }),
    settings: z
      .record(z.string(), z.unknown())
      .openapi({ example: { shipmentPoint: 'MSK65', tariffs: [136, 137] } }),
    enabled: z.boolean(),
    updatedAt: Instant,
  })
  .openapi('CarrierAccount')

/** Secrets are taken and never shown. */
export const showAccount = (row: CarrierAccountRow): z.infer<typeof Account> => ({
  ...{ id: row.id, carrier: row.carrier, clientId: row.clientId, enabled: row.enabled },
  ...(row.customerId !== null && { customerId: row.customerId }),
  settings: row.settings,
  updatedAt: row.updatedAt.toISOString(),
})

/** @throws {Problem} `validation-failed` for settings of another carrier, and for Uber without its customer */
export function accountAsTold(
  carrier: CarrierId,
  told: z.output<typeof NewAccount>,
  secrets: Pick<SecretBox, 'seal'>,
): Omit<ToldAccount, 'id' | 'sellerId' | 'baseUrl'> {
  const { clientId, clientSecret, webhookKey, customerId, settings, enabled } = told
  if (carrier === 'uber' && customerId === undefined) throw noCustomer()
  const checked = settings && z.object({ settings: SETTINGS[carrier] }).safeParse({ settings })
  if (checked && !checked.success) throw invalid(checked.error, { settings })
  return {
    ...{ carrier, clientId, enabled, customerId: customerId ?? null },
    ...(checked && { settings: JSON.stringify(checked.data.settings) }),
    seal({ id, kept }) {
      const owner = `carrier-account:${id}`
      const ours = carrier === 'cdek' && kept === null ? newWebhookKey() : undefined
      const key = webhookKey ?? ours
      return {
        sealedSecret: secrets.seal(clientSecret, owner),
        sealedWebhookKey: key === undefined ? kept : secrets.seal(key, owner),
      }
    },
  }
}

const WEBHOOK_KEY_BYTES = 24
const newWebhookKey = () => randomBytes(WEBHOOK_KEY_BYTES).toString('base64url')

const noCustomer = () =>
  new Problem('validation-failed', {
    errors: [{ path: 'customerId', message: { ru: 'обязателен для Uber', en: 'Uber needs it' } }],
  })
