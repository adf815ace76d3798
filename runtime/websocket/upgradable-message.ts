import { IncomingMessage } from 'node:http'

const ASKED = Symbol('asked')
const TAKEN = Symbol('taken')

/**
 * Makes the request class of an HTTP server that takes an upgrade only where `takes` says so. Node.js asks each
 * request for its `upgrade` once the headers are there, and hands every one that says yes to the server's `upgrade` event; all
 * others stay ordinary requests on their connection, as if there were no such event (RFC 9110 section 7.8: a server may ignore `Upgrade`).
 */
export function upgradableMessage(takes: (req: IncomingMessage) => boolean): typeof IncomingMessage {
  return class UpgradableMessage extends IncomingMessage {
    // Assigned through the setter while the base class is constructed, so no initialiser may follow.
    declare [ASKED]: boolean
    declare [TAKEN]: boolean | undefined

    get upgrade(): boolean {
      if (!this[ASKED]) return false
      this[TAKEN] ??= this.method === 'CONNECT' || takes(this)
      return this[TAKEN]
    }

    set upgrade(asked: boolean) {
      this[ASKED] = asked
    }
  }
}
