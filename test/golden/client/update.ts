// Run with: node --import=tsx/esm --conditions=@gatewright/source test/golden/client/update.ts
import { updateClientGoldens } from '../../generator/client/goldens.js'

await updateClientGoldens()
