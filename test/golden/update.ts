// Rewrites every golden file from what the emitters give now; review the difference before committing it.

import { updateClientGoldens } from '../generator/client/goldens.js'
import { openApiGoldens } from '../generator/openapi/goldens.js'
import { type Goldens, writeGoldens } from '../helpers/golden.js'

const emitters: readonly (() => Goldens)[] = [openApiGoldens]

for (const emit of emitters) {
  const goldens = emit()
  writeGoldens(goldens)
  console.log(`${goldens.folder}: ${goldens.files.size} files`)
}

await updateClientGoldens()
