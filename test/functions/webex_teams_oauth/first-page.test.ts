import { expect, it } from 'vitest';
import { bundle } from '../../../scripts/build/bundle.ts';

it('shows the first page without loading the packages that seal, call Webex or store', async () => {
  const { outputs } = await bundle('webex_teams_oauth');
  const entry = Object.keys(outputs).find((path) => outputs[path]!.entryPoint?.startsWith('functions/'))!;
  const reached = new Set([entry]);
  for (const path of reached)
    for (const { path: next, kind } of outputs[path]!.imports)
      if (kind === 'import-statement' && outputs[next]) reached.add(next);
  const files = [...reached].flatMap((path) => Object.keys(outputs[path]!.inputs));
  expect(files).toContain('functions/webex_teams_oauth/pages/tokens.ts');
  const heavy =
    /node_modules\/(jose|got|hpagent|express|google-auth-library|zod\/v4\/classic|@google-cloud\/(firestore|pubsub|secret))/;
  expect(files.filter((file) => heavy.test(file))).toEqual([]);
});
