/** The config path that an identity such as `routes.users.get.auth` spells. */
export function pathOfIdentity(identity: string): PropertyKey[] {
  return (identity.match(/[^.[\]"]+/g) ?? []).map((key) => (/^\d+$/.test(key) ? Number(key) : key))
}
