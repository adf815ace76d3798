/** What `gatewright build` calls a config. */
export const BUILT_CONFIG = 'gateway.mjs'

/** What it calls that which runs the config. */
export const BUILT_RUNTIME = 'gateway-runtime.mjs'

/** Names that only a build gives: what has one and is not of the last build is of an earlier one. */
export const BUILT_PART = /^gateway-(runtime|[A-Z0-9]{8})\.mjs(\.map)?$/
