/** Why a case differs, by its id. */
export const reasons: Readonly<Record<string, string>> = {}
