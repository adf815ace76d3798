import { z } from 'zod'

/** What callers send. */
export const NewUser = z.object({
  name: z.string().min(1).max(200),
  email: z.email(),
  age: z.number().int().min(0).max(200),
  tags: z.array(z.string()).max(10),
})

/** What callers get. */
export const User = z.object({ id: z.string(), name: z.string(), email: z.string() })

export const toUpstream = (user: z.output<typeof NewUser>) => ({ full_name: user.name, mail: user.email, age: user.age, labels: user.tags })

export const fromUpstream = (user: { user_id: string; full_name: string; mail: string }) => ({
  id: user.user_id,
  name: user.full_name,
  email: user.mail,
})
