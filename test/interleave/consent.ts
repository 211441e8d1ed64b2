/** A consent at Webex, from the callback of its browser on. */

import { finishAuthorization } from '../../shared/connect/authorization-code.ts';
import type { Ports } from '../../shared/ports.ts';
import { startsAt } from './world.ts';

/** The organizations, as account numbers name them. */
export const organizationA = '00000000-0000-4000-8000-00000000000a';
export const organizationB = '00000000-0000-4000-8000-00000000000b';

/** Completes a consent in a browser that holds `state`. */
export function consent(ports: Ports, { link, code, state }: { link: string; code: string; state: string }) {
  const pending = { state, verifier: 'v'.repeat(43), link, endsAt: startsAt + 600_000 };
  return finishAuthorization(
    ports,
    pending,
    { code },
    {
      admitExchange: () => {},
      logAndClassify: (error) => {
        throw error;
      },
    },
  );
}
