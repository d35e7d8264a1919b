import { expect, it } from 'vitest'
import type { BookAnswer, Carrier } from '../../clients/carriers/carrier.ts'
import { discreet, impersonal } from '../../clients/carriers/discreet.ts'
import { bookRequest, cdekQuote, home } from './samples.ts'

const rejected = (message: string): BookAnswer => ({
  outcome: 'rejected',
  reason: { code: 'x', message, kind: 'permanent' },
})

it('keeps nothing of the buyer in what the carrier says of a refusal', async () => {
  const { name, phone, email } = home.contact
  const said = `Получатель ${name}, ${home.address}: Invalid value [${phone}] in [phones], ${email}, Невский не найден`
  const carrier = { book: () => Promise.resolve(rejected(said)) } as unknown as Carrier
  const answer = await discreet(carrier).book(bookRequest(cdekQuote), {})
  expect(answer).toMatchObject({ outcome: 'rejected', reason: { code: 'x' } })
  const message = answer.outcome === 'rejected' ? answer.reason.message : ''
  for (const word of [...name.split(' '), phone, email!, 'Невский', '9161234567'])
    expect(message).not.toContain(word)
  expect(message).toContain('Получатель')
})

it.each([
  ['Тариф 136 недоступен', 'Тариф 136 недоступен'],
  ['Телефон 8 (916) 123-45-67 неверен', 'Телефон … неверен'],
  ['Entity is not found by number "A-1"', 'Entity is not found by number "…"'],
  ['x'.repeat(999), 'x'.repeat(300)],
])('%s is told as %s', (message, told) => expect(impersonal(message, [])).toBe(told))
