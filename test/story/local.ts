/** The story's stack from the sources: the four functions on one port of this process, with local callers. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFunctions } from '../../local/functions.ts';
import { localSignerName, signLocalToken } from '../../shared/adapters/local/callers.ts';
import { Secret } from '../../shared/domain/secret.ts';
import type { StartStack } from './story.ts';

/** @param engines what they need beyond the defaults; `url` is where the functions will answer */
export function fromSources(engines: (url: string) => Promise<Record<string, string>>): StartStack {
  return async ({ url, folder, webexApiUrl, secrets }) => {
    const logFile = join(folder, 'log.jsonl');
    const { composition, config, close } = await startFunctions(Number(new URL(url).port), {
      WEBEX_API_URL: webexApiUrl,
      SQLITE_FILE: join(folder, 'store.db'),
      QUEUE_FILE: join(folder, 'queue.db'),
      SECRETS_FOLDER: join(folder, 'secrets'),
      LOG_FILE: logFile,
      ...(await engines(url)),
    });
    const all = { ...secrets, [localSignerName]: crypto.randomUUID() };
    for (const [name, value] of Object.entries(all))
      await composition.secrets.add(name, new Secret(JSON.stringify(value)));
    const caller = { id: 'story@localhost', grants: [{ hierarchy: 'sys', role: 'administrator' as const }] };
    const token = await signLocalToken(composition.secrets, config.CALLER_AUDIENCE, caller);
    return { token: token.reveal(), log: () => readFileSync(logFile, 'utf8'), close };
  };
}
