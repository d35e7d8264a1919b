import type { TrackingStatus } from '../../../contracts/logistics.ts'

/**
 * What each status means (the vendor's appendices 1 and 15, with synonyms). Keyed by `code`: many codes share one
 * `status_code`. «Returned to … warehouse» is no return: it was not given to the transporter, or not to the buyer.
 */
const meanings = new Map<string, TrackingStatus>(
  Object.entries({
    ACCEPTED: 'booking-pending',
    CREATED: 'booked',
    REMOVED: 'cancelled',
    INVALID: 'rejected',
    RECEIVED_AT_SHIPMENT_WAREHOUSE: 'accepted',
    READY_TO_SHIP_AT_SENDING_OFFICE: 'in-transit',
    READY_FOR_SHIPMENT_IN_SENDER_CITY: 'in-transit',
    READY_FOR_SHIPMENT_IN_TRANSIT_CITY: 'in-transit',
    RETURNED_TO_SENDER_CITY_WAREHOUSE: 'in-transit',
    PASSED_TO_CARRIER_AT_SENDING_OFFICE: 'in-transit',
    TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY: 'in-transit',
    SEND_TO_TRANSIT_OFFICE: 'in-transit',
    SENT_TO_TRANSIT_CITY: 'in-transit',
    MET_AT_TRANSIT_OFFICE: 'in-transit',
    ACCEPTED_IN_TRANSIT_CITY: 'in-transit',
    ACCEPTED_AT_TRANSIT_WAREHOUSE: 'in-transit',
    RETURNED_TO_TRANSIT_WAREHOUSE: 'in-transit',
    READY_TO_SHIP_IN_TRANSIT_OFFICE: 'in-transit',
    PASSED_TO_CARRIER_AT_TRANSIT_OFFICE: 'in-transit',
    TAKEN_BY_TRANSPORTER_FROM_TRANSIT_CITY: 'in-transit',
    SENT_TO_SENDER_CITY: 'in-transit',
    MET_AT_SENDING_OFFICE: 'in-transit',
    ACCEPTED_IN_SENDER_CITY: 'in-transit',
    SENT_TO_RECIPIENT_CITY: 'in-transit',
    MET_AT_RECIPIENT_OFFICE: 'in-transit',
    ACCEPTED_IN_RECIPIENT_CITY: 'in-transit',
    ARRIVED_AT_RECIPIENT_CITY: 'in-transit',
    ENTERED_TO_OFFICE_TRANSIT_WAREHOUSE: 'in-transit',
    IN_CUSTOMS_INTERNATIONAL: 'in-transit',
    SHIPPED_TO_DESTINATION: 'in-transit',
    PASSED_TO_TRANSIT_CARRIER: 'in-transit',
    IN_CUSTOMS_LOCAL: 'in-transit',
    CUSTOMS_COMPLETE: 'in-transit',
    ENTERED_TO_DELIVERY_WAREHOUSE: 'at-destination',
    ENTERED_TO_WAREHOUSE_ON_DEMAND: 'at-destination',
    ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE: 'at-destination',
    ACCEPTED_AT_PICK_UP_POINT: 'ready-for-pickup',
    POSTOMAT_POSTED: 'ready-for-pickup',
    TAKEN_BY_COURIER: 'out-for-delivery',
    RETURNED_TO_RECIPIENT_CITY_WAREHOUSE: 'attempt-failed',
    DELIVERED: 'delivered',
    POSTOMAT_RECEIVED: 'delivered',
    POSTOMAT_SEIZED: 'returning',
    NOT_DELIVERED: 'returning',
  } as const),
)

/** `reason_code` of DELIVERED and NOT_DELIVERED (the vendor's appendix 2), as words of ours. */
const reasons = new Map(
  Object.entries({
    '1': 'wrong-address',
    '2': 'no-contact',
    '3': 'not-resident',
    '4': 'weight-differs',
    '5': 'nothing-there',
    '6': 'number-used-twice',
    '7': 'not-served',
    '8': 'damaged-before',
    '9': 'damaged-in-transit',
    '10': 'damaged-by-courier',
    '11': 'refused',
    '12': 'refused-quality',
    '13': 'refused-missing-items',
    '14': 'refused-wrong-items',
    '15': 'refused-too-late',
    '16': 'refused-bought-elsewhere',
    '17': 'refused-changed-mind',
    '18': 'refused-ordering-mistake',
    '19': 'refused-damaged',
    '20': 'partial',
    '21': 'refused-no-money',
    '22': 'refused-does-not-suit',
    '23': 'storage-expired',
    '24': 'customs',
    '25': 'commercial-goods',
    '26': 'lost',
    '27': 'disposed-of',
    '31': 'sender-asked',
    '32': 'payer-asked',
    '33': 'waybill-missing',
    '34': 'storage-expired',
  }),
)
const ended = new Set(['26', '27'])

/** Of DELIV_PROBLEM and `delivery_problem` (the vendor's appendix 5). */
const problems = new Map(
  Object.entries<[TrackingStatus, string]>({
    '1': ['attempt-failed', 'wrong-phone'],
    '9': ['exception', 'parcel-not-ready'],
    '11': ['attempt-failed', 'will-not-pay'],
    '13': ['attempt-failed', 'nobody-there'],
    '17': ['attempt-failed', 'closed'],
    '19': ['exception', 'address-changed'],
    '35': ['attempt-failed', 'courier-late'],
    '36': ['exception', 'buyer-will-fetch'],
    '37': ['exception', 'locker-full'],
    '38': ['exception', 'locker-broken'],
    '39': ['exception', 'locker-too-small'],
    '40': ['attempt-failed', 'refused'],
    '41': ['exception', 'request-refused'],
    '42': ['attempt-failed', 'pass-needed'],
    '43': ['attempt-failed', 'paid-entry'],
    '44': ['attempt-failed', 'closed-territory'],
    '45': ['attempt-failed', 'no-identification'],
    '46': ['exception', 'city-changed'],
    '47': ['exception', 'no-such-address'],
    '48': ['exception', 'post-office-box'],
    '49': ['exception', 'dangerous-goods'],
    '52': ['exception', 'address-refused'],
    '53': ['exception', 'time-changed'],
    '54': ['exception', 'locker-not-working'],
    '55': ['exception', 'parcel-not-found'],
    '56': ['exception', 'moved-to-pvz'],
    '57': ['exception', 'point-unreachable'],
  }),
)

/** The locker cannot take it, the parcel is not found, or it goes elsewhere: it will not arrive as it was planned. */
const unplanned = new Set(['37', '38', '39', '54', '55', '56'])

export type Meaning = {
  status: TrackingStatus
  reason?: string
  isUnknownCode?: true
  needsPlan?: true
}

/** `isReturn`: of the order that brings the goods back. */
export function meaningOfStatus(code: string, reasonCode?: string, isReturn = false): Meaning {
  const status = meanings.get(code)
  if (!status) return { status: isReturn ? 'returning' : 'in-transit', isUnknownCode: true }
  const reason = reasonCode === undefined || reasonCode === '0' ? {} : meaningOfReason(reasonCode)
  // Nor does it come back.
  if (code === 'NOT_DELIVERED' && ended.has(reasonCode ?? '')) return { status: 'lost', ...reason }
  if (isReturn) return { status: status === 'delivered' ? 'returned' : 'returning', ...reason }
  return { status, ...reason }
}

export function meaningOfReason(code: string): Omit<Meaning, 'status'> {
  const reason = reasons.get(code)
  return reason ? { reason } : { reason: `code-${code}`, isUnknownCode: true }
}

export function meaningOfProblem(code: string): Meaning {
  const [status, reason] = problems.get(code) ?? []
  return status && reason
    ? { status, reason, ...(unplanned.has(code) && { needsPlan: true as const }) }
    : { status: 'exception', reason: `problem-${code}`, isUnknownCode: true }
}
