/** An answer of the admin listener. */
export interface AdminReply {
  readonly status: number
  readonly body: string
  /** Default `text/plain; charset=utf-8`. */
  readonly type?: string
}
