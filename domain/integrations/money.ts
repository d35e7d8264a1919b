import { parseDecimal, scaleDecimal } from './decimal.ts'
import { ROW_LIMITS } from './row-limits.ts'

/** ISO 4217 in force, and how many decimals each has where that is not two. */
const CURRENCIES = new Set(
  (
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP ' +
    'CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ' +
    'IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU ' +
    'MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG ' +
    'SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV ' +
    'WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG'
  ).split(' '),
)

const DECIMALS = new Map(
  Object.entries({
    ...Object.fromEntries(
      'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'
        .split(' ')
        .map((code) => [code, 0]),
    ),
    ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  }),
)

/** What feeds and 1C write for the rouble besides RUB; RUR is its code before 1998, which YML keeps as a synonym. */
const ROUBLE = new Set(['RUR', 'РУБ', 'РУБ.', 'Р', 'Р.', '₽', '643'])

/** The ISO 4217 code that `text` means; undefined for what is none. */
export function toCurrency(text: string): string | undefined {
  const code = text.trim().toUpperCase()
  if (CURRENCIES.has(code)) return code
  return ROUBLE.has(code) ? 'RUB' : undefined
}

/** The currency that a price itself names, `$10` or `10 тенге`; undefined where only digits stand at its ends. */
export function currencyInPrice(text: string): string | undefined {
  const trimmed = text.trim()
  if (!/^[^\d+-]|[^\d]$/.test(trimmed) || trimmed.length > 64) return undefined
  const sign = SIGN_BEFORE.exec(trimmed)?.[0] ?? WORD_AFTER.exec(trimmed)?.[0] ?? ''
  const word = sign.trim().toLowerCase().replace(/\.$/, '')
  return SIGNS.get(word) ?? toCurrency(word)
}

const SIGNS = new Map([
  ['$', 'USD'],
  ['€', 'EUR'],
  ['₸', 'KZT'],
  ['тенге', 'KZT'],
  ['тг', 'KZT'],
  ['₴', 'UAH'],
  ['грн', 'UAH'],
  ['£', 'GBP'],
  ['рубль', 'RUB'],
  ['рубля', 'RUB'],
  ['рублей', 'RUB'],
])

/** How many digits a minor unit stands behind the point: 2 for RUB, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  return DECIMALS.get(currency) ?? 2
}

export type PriceProblem =
  'price-invalid' | 'price-ambiguous' | 'price-precision' | 'price-not-positive' | 'price-too-large'

/**
 * Exact minor units of a price as sellers write it: `1290`, `1290.50`, «1 290,00 ₽», «1290 руб.». See `parseDecimal` for
 * the forms; a currency's sign or word around the number is passed over, the offer's own currency field rules.
 * Returns the code of what is wrong instead of guessing.
 */
export function parsePrice(text: string, currency: string): number | PriceProblem {
  if (text.length > 64) return 'price-invalid'
  const decimal = parseDecimal(isBare(text) ? text : withoutCurrency(text))
  if (decimal === undefined) return 'price-invalid'
  if (decimal === 'ambiguous') return 'price-ambiguous'
  const digits = minorDigits(currency)
  if (decimal.negative) return 'price-not-positive'
  if (decimal.fraction.length > digits) return 'price-precision'
  const minor = scaleDecimal(decimal, digits, ROW_LIMITS.priceMinor)
  if (minor === undefined) return 'price-too-large'
  return minor === 0 ? 'price-not-positive' : minor
}

/** Digits at both ends: no currency around it. */
const isBare = (text: string) => /^\d(?:.*\d)?$/s.test(text)

const withoutCurrency = (text: string) =>
  text.trim().replace(SIGN_BEFORE, '').replace(WORD_AFTER, '')

const SIGN_BEFORE = /^[₽$€₸₴£¥]\s*/
const WORD_AFTER =
  /\s*(?:руб(?:\.|лей|ля|ль)?|р\.?|₽|\$|€|₸|₴|£|¥|тенге|тг\.?|грн\.?|rub|rur|usd|eur|kzt|byn|uah)$/i

/** Minor units as feeds write them: dot, no thousands, all decimals of the currency (`1290.50`). */
export function formatMinor(minor: number, currency: string): string {
  const digits = minorDigits(currency)
  if (digits === 0) return String(minor)
  const text = String(minor).padStart(digits + 1, '0')
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}
