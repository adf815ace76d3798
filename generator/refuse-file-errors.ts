import { ConfigError } from '../sdk/config-error.js'

/** What the system says of a place that the user named; anything else is a fault of ours. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'it needs more rights',
  EEXIST: 'a file is in its way',
  EISDIR: 'a folder is in the place of a file',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'its folder cannot be made',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a file is in the place of a folder',
  EPERM: 'it is not allowed',
  EROFS: 'the file system is read-only',
}

/** Runs what writes into a folder that the user named. @throws ConfigError GW1904 with the reason where the system refuses. */
export async function refuseFileErrors<T>(shown: string, hint: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? '']
    if (reason === undefined) throw error
    throw new ConfigError([{ code: 'GW1904', path: [], message: `cannot write to ${shown}: ${reason}`, hint }])
  }
}
