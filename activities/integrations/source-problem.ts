import type { OutboundRefusal, RefusalCode } from '../../clients/outbound/refusal.ts'
import type { FileProblem, FileProblemCode } from '../../domain/integrations/file-problem.ts'

const CODES: Record<RefusalCode, FileProblemCode> = {
  'invalid-url': 'source-address',
  'blocked-address': 'source-blocked',
  'blocked-port': 'source-blocked',
  redirect: 'source-redirect',
  dns: 'source-unreachable',
  connect: 'source-unreachable',
  interrupted: 'source-unreachable',
  tls: 'source-tls',
  timeout: 'source-timeout',
  'malformed-answer': 'source-malformed',
  'too-large': 'source-too-large',
  'http-status': 'source-http-status',
}

/** What the seller is told of a file that could not be fetched: nothing about us. */
export function sourceProblem({ code, details }: OutboundRefusal, most: number): FileProblem {
  const { status, redirectsTo } = details
  return {
    code: CODES[code],
    ...(status === undefined ? {} : { params: { status } }),
    ...(redirectsTo === undefined ? {} : { params: { redirectsTo } }),
    ...(code === 'too-large' ? { params: { most } } : {}),
  }
}
