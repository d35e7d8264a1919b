/** GTIN-8, -12 (UPC-A), -13 (EAN-13) or -14 by its shape. */
export function isGtinShaped(text: string): boolean {
  return /^(?:\d{8}|\d{12,14})$/.test(text)
}

/** Whether the check digit fits: weights 3, 1, 3, 1 … from the right (GS1 General Specifications, 7.9). */
export function hasGtinChecksum(gtin: string): boolean {
  let sum = 0
  for (let at = gtin.length - 2, weight = 3; at >= 0; at -= 1, weight = 4 - weight) {
    sum += (gtin.charCodeAt(at) - ZERO) * weight
  }
  return (10 - (sum % 10)) % 10 === gtin.charCodeAt(gtin.length - 1) - ZERO
}

const ZERO = '0'.charCodeAt(0)
