/**
 * What an error of Uber's means for us.
 * - `refused`: the same would be refused again
 * - `closed`: the account itself is; a person must look
 * - `internal`: trouble of Uber's own
 */
export type UberMeaning =
  | 'refused'
  | 'capacity'
  | 'quote-expired'
  | 'duplicate'
  | 'too-late'
  | 'absent'
  | 'closed'
  | 'busy'
  | 'internal'

const meanings = new Map<string, UberMeaning>(
  Object.entries({
    address_undeliverable: 'refused',
    address_undeliverable_limited_couriers: 'capacity',
    couriers_busy: 'capacity',
    robo_couriers_busy: 'capacity',
    customer_blocked: 'closed',
    customer_limited: 'busy',
    customer_not_found: 'closed',
    customer_suspended: 'closed',
    delivery_not_found: 'absent',
    dropoff_deadline_before_pickup_deadline: 'refused',
    dropoff_deadline_too_early: 'refused',
    dropoff_ready_after_pickup_deadline: 'refused',
    duplicate_delivery: 'duplicate',
    expired_quote: 'quote-expired',
    used_quote: 'quote-expired',
    mismatched_price_quote: 'quote-expired',
    internal_server_error: 'internal',
    invalid_params: 'refused',
    invalid_tipping_state: 'refused',
    max_tip_exceeded: 'refused',
    no_tip: 'refused',
    tip_already_recorded_error: 'refused',
    missing_payment: 'refused',
    noncancelable_delivery: 'too-late',
    not_allowed: 'refused',
    pickup_deadline_too_early: 'refused',
    pickup_ready_too_early: 'refused',
    pickup_ready_too_late: 'refused',
    pickup_window_too_small: 'refused',
    request_timeout: 'internal',
    service_unavailable: 'internal',
    unauthorized: 'closed',
    unknown_error: 'internal',
    unknown_location: 'refused',
  } as const),
)

export const isKnownError = (code: string) => meanings.has(code)

/** An error that nobody has explained is a refusal where a refusal's status came with it, and trouble elsewhere. */
export const meaningOfError = (code: string, status: number): UberMeaning =>
  meanings.get(code) ?? (status < 500 ? 'refused' : 'internal')
