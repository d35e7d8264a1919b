/** Who calls: the key that was shown, and the seller it belongs to (none for an operator's key). */
export type Caller = { keyId: string; sellerId: string | null; scopes: readonly string[] }
