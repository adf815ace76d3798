import { z } from 'zod'

/** What the published API says of itself (OpenAPI Info Object). */
export const infoSchema = z.strictObject({
  /** Name of the published API. */
  title: z.string().min(1),
  /** Version of the published API, not of the OpenAPI format. */
  version: z.string().min(1),
  /** One line about the API. */
  summary: z.string().optional(),
  /** More about the API; Markdown. */
  description: z.string().optional(),
  /** Who answers questions about the API. */
  contact: z
    .strictObject({
      /** A person, team or organisation. */
      name: z.string().optional(),
      /** Where to read more. */
      url: z.string().optional(),
      /** Where to write to. */
      email: z.string().optional(),
    })
    .optional(),
  /** What the API may be used for. */
  license: z
    .strictObject({
      /** The licence's name. */
      name: z.string().min(1),
      /** Its SPDX identifier. */
      identifier: z.string().optional(),
      /** Where its text is. */
      url: z.string().optional(),
    })
    .optional(),
})
