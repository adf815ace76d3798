// Rewrites every golden file from what the emitters give now; review the difference before committing it.

import { updateRuntimeText } from '../generator/client/update-runtime-text.js'

updateRuntimeText()
// Loaded only now, so that what is emitted carries the text just written.
const [{ updateClientGoldens }, { openApiGoldens }, { writeGoldens }] = await Promise.all([
  import('../generator/client/goldens.js'),
  import('../generator/openapi/goldens.js'),
  import('../helpers/golden.js'),
])

const openApi = openApiGoldens()
writeGoldens(openApi)
console.log(`${openApi.folder}: ${openApi.files.size} files`)
updateClientGoldens()
