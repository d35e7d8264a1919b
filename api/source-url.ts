import { checkDestination } from '../clients/outbound/outbound.ts'
import { OutboundRefusal, type RefusalCode } from '../clients/outbound/refusal.ts'
import type { Text } from './language.ts'
import { Problem } from './problem.ts'

/**
 * Judges an address before it is kept, as far as that goes without asking DNS; the worker judges every connection.
 * @throws {Problem} `validation-failed`
 */
export function requirePublicUrl(
  path: string,
  url: string,
  allowedPrivateNetworks: readonly string[],
): void {
  try {
    checkDestination(url, allowedPrivateNetworks)
  } catch (error) {
    if (!(error instanceof OutboundRefusal)) throw error
    const message = MESSAGES[error.code] ?? MESSAGES['invalid-url']!
    throw new Problem('validation-failed', { errors: [{ path, message }] })
  }
}

const MESSAGES: { [Code in RefusalCode]?: Text } = {
  'invalid-url': {
    ru: 'нужен адрес http:// или https:// без логина и пароля, не длиннее 2048 знаков',
    en: 'must be an http:// or https:// address without credentials, of at most 2048 characters',
  },
  'blocked-address': {
    ru: 'адрес ведёт во внутреннюю сеть: нужен общедоступный',
    en: 'the address leads into a private network: it must be public',
  },
  'blocked-port': {
    ru: 'порт закрыт: можно 80, 443 и от 1024',
    en: 'the port is closed: 80, 443 and those from 1024 are open',
  },
}
