import { describe, expect, it } from 'vitest'
import { sourceProblem } from '../../activities/integrations/source-problem.ts'
import { OutboundRefusal, refusalOf, type RefusalCode } from '../../clients/outbound/refusal.ts'
import { describeFileProblem } from '../../domain/integrations/describe-file-problem.ts'

const codes: RefusalCode[] = [
  ...(['invalid-url', 'blocked-address', 'blocked-port', 'redirect', 'dns', 'connect'] as const),
  ...(['tls', 'timeout', 'interrupted', 'malformed-answer', 'too-large', 'http-status'] as const),
]

describe('a refusal', () => {
  it.each(codes)('%s is told to the seller in both languages', (code) => {
    const refusal = new OutboundRefusal(code, code === 'http-status' ? { status: 404 } : {})
    const problem = sourceProblem(refusal, 1_000)
    const ru = describeFileProblem(problem, 'ru')
    const en = describeFileProblem(problem, 'en')
    expect(ru).toMatch(/[а-я].*\.$/)
    expect(en).toMatch(/^[A-Za-z].*\.$/)
    expect(ru + en).not.toContain('undefined')
  })

  it('names where a redirect leads, so that the address can be changed', () => {
    const refusal = new OutboundRefusal('redirect', { redirectsTo: 'https://cdn.example' })
    for (const language of ['ru', 'en'] as const)
      expect(describeFileProblem(sourceProblem(refusal, 1), language)).toContain(
        'https://cdn.example',
      )
  })

  it('may pass by itself, or not', () => {
    const passing = codes.filter((code) => new OutboundRefusal(code).isTransient)
    expect(passing).toEqual(['dns', 'connect', 'timeout', 'interrupted'])
    const statuses = [400, 401, 403, 404, 408, 410, 429, 500, 502, 503]
    const transient = statuses.filter(
      (status) => new OutboundRefusal('http-status', { status }).isTransient,
    )
    expect(transient).toEqual([408, 429, 500, 502, 503])
  })

  it('is not made of what is our own fault', () => {
    const ours = new TypeError('x is not a function')
    expect(refusalOf(ours)).toBe(ours)
    const strange = Object.assign(new Error('?'), { code: 'ERR_INVALID_ARG_TYPE' })
    expect(refusalOf(strange)).toBe(strange)
  })
})
