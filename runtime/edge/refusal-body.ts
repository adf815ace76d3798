import { STATUS_CODES } from 'node:http'

/** The RFC 9457 document for a request that is refused before there is an exchange; ASCII. */
export function refusalBody(status: number): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status })
}
