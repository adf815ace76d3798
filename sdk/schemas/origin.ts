import { z } from 'zod'

/** A web origin as browsers send it (RFC 6454 section 6.1), or `null`. */
export const webOrigin = z
  .string()
  .refine(
    (text) => text === 'null' || (URL.canParse(text) && new URL(text).origin === text),
    'expected an origin such as "https://shop.example.org": scheme, host and port, no path, lower case',
  )
