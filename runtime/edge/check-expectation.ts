import type { IncomingMessage } from 'node:http'

/** False if a request expects more than `100-continue` (RFC 9110 section 10.1.1); HTTP/1.0 has no expectations. */
export function canBeMet({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.expect === undefined || httpVersion === '1.0' || headers.expect.toLowerCase() === '100-continue'
}
